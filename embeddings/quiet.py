"""Libraries that send usage data to their makers once they are imported: imported here, where that is off.

Nothing leaves this machine unless its user says so. Each library has a way of its own to be told.
"""

from __future__ import annotations

import os
import sys
from typing import Any


def import_onnxruntime() -> Any:
    """The module `onnxruntime`; it neither sends anything nor writes an id of this machine into the user's cache."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when the library is loaded; its function for it comes too late
    import onnxruntime

    return onnxruntime


def import_openvino() -> Any:
    """The module `openvino`, told that its telemetry is not installed: otherwise importing it sends an event."""
    telemetry = "openvino_telemetry"
    hide = telemetry not in sys.modules
    if hide:
        sys.modules[telemetry] = None  # type: ignore[assignment]  # what Python reads as “cannot be imported”
    try:
        import openvino
    finally:
        if hide:
            del sys.modules[telemetry]
    return openvino
