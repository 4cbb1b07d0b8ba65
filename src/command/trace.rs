//! Traces to an OpenTelemetry collector, when the environment names one: spans of calls, decisions and queries, never of event text.

use std::sync::OnceLock;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::output::complain;

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Returns the layer that sends spans; nothing when no collector is named.
pub(super) fn layer<S>() -> Option<impl Layer<S>>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync + 'static,
{
    let named = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
    named.into_iter().find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()))?;
    let exporter = SpanExporter::builder().with_http().with_protocol(opentelemetry_otlp::Protocol::HttpBinary).build();
    let exporter = exporter.map_err(|error| complain(&format!("Traces are not sent: {error}"))).ok()?;
    let resource = Resource::builder().with_service_name("cloudtrail-mcp").build();
    let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
    let tracer = provider.tracer("cloudtrail-mcp");
    PROVIDER.set(provider).ok()?;
    let spans = tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false);
    Some(Layer::with_filter(spans, Targets::new().with_target("cloudtrail_mcp", tracing::Level::INFO)))
}

/// Sends what is left.
pub(super) fn end() {
    if let Some(provider) = PROVIDER.get() {
        let _ = provider.shutdown();
    }
}
