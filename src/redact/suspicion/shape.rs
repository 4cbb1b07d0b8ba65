//! Text as it is written: markup that runs or is fetched, and the marks by which chats, prompts, tools and this server's own answers are told apart.

use std::sync::LazyLock;

use regex::bytes::RegexSet;

/// Each is markup or a mark that nothing in AWS writes, in any case of letters.
const SHAPES: &[&str] = &[
    // Roles of a chat, as models are trained on them.
    r"<\|?/?(?:im_start|im_end|im_sep|system|assistant|user|human|endoftext|end_of_text|eot_id|start_header_id|begin_of_text|start_of_turn|end_of_turn|sep)(?:\||>|\b)",
    r"\[/?(?:inst|system|assistant|sys|user_message)\]|<</?sys>>",
    r"(?:^|[.!?;>\])}-] ?|\\n)(?:(?:system|developer|operator|admin|administrator)(?: (?:message|note|prompt|override|notice|update|instructions?|command|directive))? ?:+ [^ ]+ |(?:assistant|human|ais?|llms?)(?: (?:message|note|prompt|override|notice|update|instructions?|command|directive))? ?:+ ?)[^\x00-/:-@]",
    r"(?:^|[.!?;>\])}-] ?|\\n)user ?: ?(?:please|can|could|ignore|you|what|tell|show|give|do|run|call|delete|list|now)\b",
    r"#{2,6} ?(?:system|instruction|human|assistant|user|response|input|task|new|end|begin|context|coverage|finding|verdict|suspect|headline|note|important|answer|result|final)",
    r"\[\[/?(?:assistant|system|ai|llm|model)[a-z_]*\]\]",
    // Calls of tools.
    r#"["']?(?:tool_calls?|function_calls?|tool_use|tool_name|tools/call|tool_input|toolcall)["']?\s*[:=>]|\btools/call\b"#,
    r"</?(?:tool_calls?|function_calls?|function_results?|tool_use|tool_results?|tool|invoke|antml|function)\b[^>]{0,80}>|<parameter name=",
    r#"\{\s*"(?:name|tool|function|action)"\s*:\s*"[a-z_.]+"\s*,\s*"(?:arguments|action_input|tool_input)""#,
    r"(?:^|[.!?;] ?)(?:thought|observation|final answer|action input) ?: ",
    r"\baws[._]cloudtrail[._](?:events?|query|trails)\b|\ballow_aws_read\b|\buntrusted_text\b",
    // The end of what is data.
    r"</?(?:record|event|data|untrusted[\w-]*|document|context|user_data|results?|output|logs?|instructions?|prompt|system[\w-]*|cloudtrail\w*|answer|finding)s?>",
    r"(?:-{2,}|={2,}|\*{2,}|<{2,}|\[) ?(?:end|begin|start|stop|beginning)(?: of)?(?: [a-z]+){0,2} (?:data|records?|logs?|context|input|prompt|instructions?|untrusted|events?|document|message|output|tool results?|system|override)\b",
    // Our own answers.
    r#""?\b(?:finding|verdict|suspects?|coverage|headline)\b"? ?[:=] ?"?(?:no[_ ]suspects?|suspects|could[_ ]not[_ ]look|complete|benign|partial|none)\b"#,
    // What is shown or run.
    r"!\[[^\]]*\]\(|\]\((?:https?|data|javascript|file|ftp):|<(?:img|script|iframe|svg|object|embed|a|link|style|form|meta|base|video|audio)(?:[ />]|$)",
    r"\bjavascript:|\bdata:text/html",
    r"\b(?:curl|wget|iwr|invoke-webrequest|fetch)\b[^|;]{1,200}\| ?(?:sudo )?(?:(?:ba|z|da|k)?sh|iex|python3?|perl|node)\b|\brm -rf? [/~*]|\bchmod (?:-r )?777\b|\bnc -e\b|/dev/tcp/",
    // Somewhere to send it, or a file that holds what must not leave.
    r"\b(?:send|email|e-mail|post|upload|forward|exfiltrate|leak|transmit|submit|copy|paste|append|put|write|encode)\b[^.!?]{0,60}\b(?:credentials?|secrets?|conversation|chat|history|contents?|tokens?|api keys?|keys|passwords?|logs?|data|everything|results?|prompt|answer|output|transcript|findings?)\b[^!?]{0,60}(?:https?://|\S@\S+\.\S|\bto [a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|example|test|xyz|ru|cn|dev|app)\b)",
    r"\b(?:visit|navigate to|browse to|go to|open|click|follow)\b(?: (?:on|the|this|link|url|page|file|from|at|and|here)){0,4}:? ?(?:https?://|www\.)(?:[b-z0-9]|a(?:[a-lo-vx-z0-9.]|m[b-z]|ma[a-y]|w[a-rt-z]|n))",
    // What a build loads is no order; what is to be done with it is.
    r"\b(?:fetch|load|download)\b(?: (?:on|the|this|link|url|page|file|from|at|and|here)){0,4}:? ?(?:https?://|www\.)(?:[b-z0-9]|a(?:[a-lo-vx-z0-9.]|m[b-z]|ma[a-y]|w[a-rt-z]|n))[^ ]* (?:and|then|now|to|immediately|as)\b",
    r"\b(?:read|cat|open|print|show|send|include|display|dump|output|upload|get)\b[^.!?]{0,50}(?:/etc/(?:passwd|shadow)|~/\.(?:aws|ssh|kube|config)|\.aws/credentials|id_rsa\b|/proc/self/environ|\b\.env\b)",
];

static SET: LazyLock<RegexSet> = LazyLock::new(|| super::compile(SHAPES.iter().map(|shape| format!("(?i:{shape})"))));

/// Tells whether a line, cleaned, holds one.
pub(super) fn is_one(line: &str) -> bool {
    SET.is_match(line.as_bytes())
}
