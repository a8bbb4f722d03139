"""LiteLLM's OpenTelemetry callback once more, told to follow the newer conventions."""

import os
import runpy
from pathlib import Path

os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_AND_EVENT"
os.environ["LITELLM_OTEL_INTEGRATION_ENABLE_EVENTS"] = "true"
os.environ["LITELLM_OTEL_INTEGRATION_ENABLE_METRICS"] = "true"
runpy.run_path(str(Path(__file__).parents[1] / "litellm" / "application.py"))
