//! The span of a call, in the trace that its caller names by `traceparent` in `_meta`.

use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::service::RequestContext;
use tracing::{Span, info_span};

use crate::tools::Tool;

/// Returns the span of a call of `tool`.
pub(super) fn span(tool: &Tool, context: &RequestContext<RoleServer>) -> Span {
    let trace_id = trace_id(context);
    let span = info_span!("tools/call", tool = tool.name, trace_id = trace_id.as_deref());
    #[cfg(feature = "otel")]
    if trace_id.is_some() {
        join(&span, context.meta.get_traceparent().unwrap_or_default(), context.meta.get_tracestate());
    }
    span
}

/// Returns the id of the trace that the caller is in; nothing when it names none, or not as it should.
pub(super) fn trace_id(context: &RequestContext<RoleServer>) -> Option<Arc<str>> {
    parse(context.meta.get_traceparent()?).map(Arc::from)
}

/// Reads a trace's id.
///
/// Source: W3C Trace Context, section 3.2: version, trace, parent and flags in lower-case hexadecimal; nothing may be all zeros, and
/// version ff is none.
fn parse(traceparent: &str) -> Option<&str> {
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let some = |text: &str, length| hex(text, length) && text.bytes().any(|b| b != b'0');
    let mut parts = traceparent.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let alone = version != "00" || parts.next().is_none();
    (hex(version, 2) && version != "ff" && some(trace, 32) && some(parent, 16) && hex(flags, 2) && alone).then_some(trace)
}

/// Puts `span` under the span of another process.
#[cfg(feature = "otel")]
fn join(span: &Span, traceparent: &str, tracestate: Option<&str>) {
    use opentelemetry::propagation::TextMapPropagator as _;
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;
    let fields = [("traceparent", Some(traceparent)), ("tracestate", tracestate)];
    let carrier: std::collections::HashMap<String, String> =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    // Without a collector there is no trace to join.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&carrier));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_read_from_what_is_right_and_from_nothing_else() {
        let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        for right in [format!("00-{trace}-{parent}-01"), format!("01-{trace}-{parent}-00-more")] {
            assert_eq!(parse(&right), Some(trace), "{right}");
        }
        let zeros = "0".repeat(32);
        for wrong in [
            String::new(),
            trace.to_owned(),
            format!("00-{trace}-{parent}"),
            format!("00-{trace}-{parent}-01-more"),
            format!("ff-{trace}-{parent}-01"),
            format!("00-{zeros}-{parent}-01"),
            format!("00-{trace}-0000000000000000-01"),
            format!("00-{}-{parent}-01", trace.to_uppercase()),
            format!("00-{trace}x-{parent}-01"),
        ] {
            assert_eq!(parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    #[cfg(feature = "otel")]
    fn a_span_stands_in_the_trace_that_its_caller_names() {
        use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
        use tracing_opentelemetry::OpenTelemetrySpanExt as _;
        use tracing_subscriber::layer::SubscriberExt as _;
        let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let span = info_span!("tools/call");
            join(&span, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", None);
            assert_eq!(span.context().span().span_context().trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        });
    }
}
