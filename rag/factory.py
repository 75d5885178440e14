"""The only place that knows which parts are chosen: settings become the parts of a KnowledgeBase."""

from __future__ import annotations

import os
import platform
from collections.abc import Collection
from dataclasses import dataclass, replace

from loaders import Web
from rag.agent.agent import Agent
from rag.answering.assistant import Assistant
from rag.answering.prompt_preview import PromptPreviews
from rag.chains._cache import ResultCache
from rag.chains._workshop import Workshop
from rag.chains.face import Chains
from rag.chat.chat_models import ChatModels
from rag.chat.examples import Examples
from rag.chat.memory import Memory
from rag.chat.prompt_templates import PromptTemplates
from rag.citations.entailment import NliModel
from rag.citations.evidence import Verifier
from rag.conversations.saved import Conversations
from rag.embedders._switching import SwitchingEmbedder
from rag.embedders.onnx_int8 import OnnxInt8Embedder
from rag.embedders.sentence_transformer import SentenceTransformerEmbedder
from rag.indexing.coverage import Coverage, Languages
from rag.indexing.indexes import Indexes
from rag.indexing.shape import read_shape, reshaped
from rag.ingest.curation import Curation
from rag.ingest.embedding import Embedding
from rag.ingest.generation_builder import GenerationBuilder
from rag.ingest.job_queue import JobQueue
from rag.ingest.knowledge import Library
from rag.ingest.parsing import Parser
from rag.ingest.reindexing import Reindexing
from rag.ingest.watch import WatchedFolder
from rag.ingest.watch_notes import WatchNotes
from rag.ingest.worker import Worker
from rag.maintenance.backup import remove_unfinished
from rag.maintenance.integrity import Integrity
from rag.maintenance.recovery import CATALOG, INDEXES, LOG, ORIGINALS, PROMPTS, refuse_if_cut_off
from rag.protocols import Annotator, ChatModel, Embedder
from rag.rerankers.cross_encoder import CrossEncoderReranker
from rag.retrieval.retriever import Retriever
from rag.settings import DEFAULT_EMBEDDING_MODEL, Settings
from rag.storage.catalog import Catalog
from rag.storage.database import Database
from rag.storage.originals import Originals
from rag.storage.reserve import Reserve
from rag.tables.analyst import TableAnalyst
from rag.tasks.reader import QuestionAnsweringReader
from rag.tasks.summary import Seq2SeqSummary
from rag.tasks.tagging import EntityFinder, ZeroShotTagger
from rag.telemetry.logs import Logs
from rag.telemetry.runs import Runs
from rag.telemetry.traces import Traces


@dataclass(frozen=True, slots=True)
class Asking:
    """What answers, with the models and the words that it does so with."""

    models: ChatModels
    templates: PromptTemplates
    examples: Examples
    assistant: Assistant
    previews: PromptPreviews
    chains: Chains
    agent: Agent


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a KnowledgeBase is made of."""

    settings: Settings
    database: Database
    catalog: Catalog
    originals: Originals
    indexes: Indexes
    embedder: Embedder
    parser: Parser
    library: Library
    builder: GenerationBuilder
    queue: JobQueue
    worker: Worker
    integrity: Integrity
    curation: Curation
    reindexing: Reindexing
    languages: Languages
    retriever: Retriever
    asking: Asking
    conversations: Conversations
    runs: Runs
    logs: Logs
    traces: Traces | None


def build(settings: Settings) -> Parts:
    """Makes the parts; no model is loaded. Raises StoreError where the store cannot be opened."""
    folder = settings.store
    traces = Traces(settings.otel_endpoint) if settings.otel_endpoint else None  # raises before anything is open
    refuse_if_cut_off(folder)
    remove_unfinished(folder)
    database = Database(folder / CATALOG)
    reserve = Reserve(folder, database.settle)
    catalog, originals = Catalog(database), Originals(folder / ORIGINALS)
    indexes = Indexes(catalog, folder / INDEXES)
    fixed = frozenset(settings.model_fields_set)
    settings = _remembered(settings, catalog, fixed)
    coverage = Coverage(database, catalog)
    embedder = SwitchingEmbedder(settings, _embedder, coverage.knows)
    embedding = Embedding(settings, catalog, indexes, embedder, coverage)
    builder = GenerationBuilder(catalog, indexes, embedding, fixed)
    parser, annotators = _parser(settings), _annotators(settings)
    library = Library(settings, catalog, originals, indexes, embedding, parser, Web(), reserve, annotators)
    queue = JobQueue(database)
    worker = Worker(library, builder, queue, folder, _watched(settings, library, queue, database))
    retriever = _retriever(settings, catalog, indexes, embedding, coverage)
    logs = Logs({"file": folder / LOG, "stderr": "stderr", "off": None}[settings.log], settings.log_level)
    runs = Runs((logs.hear, traces.hear) if traces else (logs.hear,))
    return Parts(
        settings=settings,
        database=database,
        catalog=catalog,
        originals=originals,
        indexes=indexes,
        embedder=embedder,
        parser=parser,
        library=library,
        builder=builder,
        queue=queue,
        worker=worker,
        integrity=Integrity(database, catalog, originals, indexes, library),
        curation=Curation(database, library, queue, worker),
        reindexing=Reindexing(builder, queue, worker),
        languages=Languages(coverage, embedder, bool(settings.embedding_languages)),
        retriever=retriever,
        asking=_asking(settings, database, catalog, retriever, embedder, runs),
        conversations=Conversations(database),
        runs=runs,
        logs=logs,
        traces=traces,
    )


def _asking(
    settings: Settings, database: Database, catalog: Catalog, retriever: Retriever, embedder: Embedder, runs: Runs
) -> Asking:
    prompts, models = settings.store / PROMPTS, ChatModels(settings)
    templates, examples = PromptTemplates(prompts), Examples(prompts / "examples.jsonl", embedder)
    assistant = Assistant(
        settings,
        catalog,
        retriever,
        Verifier(embedder, NliModel(settings.nli_model) if settings.nli_model else None),
        models,
        TableAnalyst(catalog, templates),
        templates,
        examples,
        Memory(settings, templates),
        runs,
        _reader(settings),
    )
    reader = replace(assistant, runs=Runs())  # what a chain reads by itself is no run of its own
    workshop = Workshop(settings, catalog, retriever, reader, templates, ResultCache(database))
    return Asking(
        models=models,
        templates=templates,
        examples=examples,
        assistant=assistant,
        previews=PromptPreviews(assistant),
        chains=Chains(workshop, assistant, models, _summariser(settings)),
        agent=Agent(assistant, Web()),
    )


def _remembered(settings: Settings, catalog: Catalog, fixed: Collection[str]) -> Settings:
    """A copy in which what nobody has said is as the index was made: a new default makes no index stale."""
    active = catalog.generations.active()
    known = read_shape(active.fingerprint).as_settings() if active else {}
    return reshaped(settings, known, fixed)


def _embedder(settings: Settings) -> Embedder:
    default = settings.embedding_model == DEFAULT_EMBEDDING_MODEL
    automatic = settings.embedding_precision == "auto" and default and not _has_gpu()
    if settings.embedding_precision == "int8" or automatic:
        return OnnxInt8Embedder(settings.embedding_model, settings.embedding_languages, settings.cache)
    return SentenceTransformerEmbedder(
        settings.embedding_model, settings.embedding_languages, settings.embedding_precision
    )


def _has_gpu() -> bool:
    """Looked up without torch, whose import costs seconds: NVIDIA's devices, AMD's, Apple's."""
    devices = ("/dev/nvidia0", "/dev/kfd")
    return any(map(os.path.exists, devices)) or (platform.system(), platform.machine()) == ("Darwin", "arm64")


def _parser(settings: Settings) -> Parser:
    workers = settings.parse_workers or min(4, os.cpu_count() or 1)
    return Parser(settings.parse_timeout_s, settings.parse_memory_mb, workers)


def _watched(settings: Settings, library: Library, queue: JobQueue, database: Database) -> WatchedFolder | None:
    if settings.watch is None:
        return None
    return WatchedFolder(settings.watch, settings.watch_collection, library, queue, WatchNotes(database))


def _retriever(
    settings: Settings, catalog: Catalog, indexes: Indexes, embedding: Embedding, coverage: Coverage
) -> Retriever:
    def fitting_embedder() -> Embedder | None:
        """None while the index holds another model's vectors, among which this one's are nonsense.

        And while the model's file is being made: words find something at once.
        """
        if embedding.embedder.is_being_made:
            return None
        active = catalog.generations.active()
        return embedding.embedder if active is None or embedding.fits(active) else None

    reranker = (
        CrossEncoderReranker(settings.reranker_model, settings.rerank_seconds) if settings.reranker_model else None
    )
    return Retriever(catalog, indexes, fitting_embedder, coverage.languages, reranker)


def _reader(settings: Settings) -> QuestionAnsweringReader | None:
    return QuestionAnsweringReader(settings.reader_model) if settings.reader_model else None


def _summariser(settings: Settings) -> ChatModel | None:
    return Seq2SeqSummary(settings.summary_model) if settings.summary_model else None


def _annotators(settings: Settings) -> tuple[Annotator, ...]:
    """What tells more of new documents, as far as it is chosen."""
    tags = tuple(tag.strip() for tag in settings.tags.split(",") if tag.strip())
    tagger = [ZeroShotTagger(settings.zero_shot_model, tags)] if settings.zero_shot_model and tags else []
    return (*tagger, *([EntityFinder(settings.ner_model)] if settings.ner_model else []))
