"""PDFium's functions that are called for every line of a page, or for everything drawn on it.

They are those of `pypdfium2.raw`, called without its checks of each argument, which take two to four times as long as
what the functions do. What is passed must therefore be what fpdf_text.h and fpdf_edit.h ask for: a handle as pypdfium2
has it, an `int`, a pointer made by ctypes. Python's lock is kept: none of them takes longer than a few microseconds.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium_c


def _quick(function: Any, result: Any = ctypes.c_int, *arguments: Any) -> Callable[..., Any]:
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


def numbers(kind: type[ctypes.c_double] | type[ctypes.c_float], count: int) -> tuple[list[Any], Callable[[], Any]]:
    """Pointers to so many numbers that PDFium writes to, and what gives the numbers: no element is asked for alone."""
    array = (kind * count)()
    pointers = [ctypes.byref(array, n * ctypes.sizeof(kind)) for n in range(count)]
    return pointers, memoryview(array).cast("B").cast(kind._type_).tolist


_HANDLE = ctypes.c_void_p

get_text = _quick(pdfium_c.FPDFText_GetText)
count_rects = _quick(pdfium_c.FPDFText_CountRects)
get_rect = _quick(pdfium_c.FPDFText_GetRect)
font_size = _quick(pdfium_c.FPDFText_GetFontSize, ctypes.c_double)
unicode_of = _quick(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint)
char_matrix = _quick(pdfium_c.FPDFText_GetMatrix)
char_origin = _quick(pdfium_c.FPDFText_GetCharOrigin)
font_info = _quick(pdfium_c.FPDFText_GetFontInfo, ctypes.c_ulong)
# Handles of what is drawn come as numbers, which need their type to be passed whole.
page_object = _quick(pdfium_c.FPDFPage_GetObject, _HANDLE)
form_object = _quick(pdfium_c.FPDFFormObj_GetObject, _HANDLE, _HANDLE)
object_type = _quick(pdfium_c.FPDFPageObj_GetType, ctypes.c_int, _HANDLE)
object_bounds = _quick(pdfium_c.FPDFPageObj_GetBounds, ctypes.c_int, _HANDLE)
object_matrix = _quick(pdfium_c.FPDFPageObj_GetMatrix, ctypes.c_int, _HANDLE)
count_segments = _quick(pdfium_c.FPDFPath_CountSegments, ctypes.c_int, _HANDLE)
path_segment = _quick(pdfium_c.FPDFPath_GetPathSegment, _HANDLE, _HANDLE)
segment_point = _quick(pdfium_c.FPDFPathSegment_GetPoint, ctypes.c_int, _HANDLE)
segment_type = _quick(pdfium_c.FPDFPathSegment_GetType, ctypes.c_int, _HANDLE)
