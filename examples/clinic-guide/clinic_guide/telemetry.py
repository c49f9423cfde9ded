"""Traces and metrics, sent to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names.

The model calls get GenAI spans (model, tokens, latency, finish reason) and the metrics gen_ai.client.token.usage and
gen_ai.client.operation.duration. Their texts are not recorded: they are patients' questions.
"""

from fastapi import FastAPI
from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

votes = metrics.get_meter(__name__).create_counter("clinic_guide.feedback", description="Patients' votes on answers")


def start_telemetry(app: FastAPI) -> None:
    """Has the requests and the model calls traced and measured."""
    resource = Resource.create({"service.name": "clinic-guide"})
    tracing = TracerProvider(resource=resource)
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(tracing)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))
    OpenAIInstrumentor().instrument()
    FastAPIInstrumentor.instrument_app(app)
