"""Chains: work on whole documents in several steps. Plain files are chains, underscored ones are machinery."""
