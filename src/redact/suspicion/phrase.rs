//! What is said, in English: each phrase has a verb in the imperative, or somebody who is addressed, and what it is said of.

use std::sync::LazyLock;

use regex::bytes::RegexSet;

/// Words that the phrases share, by the name that stands for them in braces.
#[rustfmt::skip] // A table reads best in rows.
const WORDS: &[(&str, &str)] = &[
    ("ignore", "(?:ignore|ignoring|disregard|disregarding|forget|neglect|dismiss|discard|abandon|set aside|pay no attention to|stop following|do not (?:follow|obey|comply with)|dont (?:follow|obey))"),
    ("instructions", "(?:instructions?|prompts?|guidance|guidelines?|directions?|directives?|told|taught|asked|programming|training|orders|safeguards?)"),
    ("rules", "(?:rules?|context|polic(?:y|ies)|messages?|commands?|constraints?|restrictions?|limits|filters?|protocols?|checks|conversation|text|content|input|settings|warnings?)"),
    ("prior", "(?:all|any|the|your|my|these|those|every|previous|previously|prior|above|earlier|preceding|former|existing|current|original|initial|past|system|safety|security|content|developer|other|that|it|what|everything|anything|of|you|were|have|been|has|said|came|before)"),
    ("ai", "(?:ais?|llms?|assistants?|chat ?bots?|bots?|language models?|ai (?:agents?|models?|assistants?|systems?)|copilot|chatgpt|gpt ?\\d?|claude|gemini|bard|llama|mistral|grok|deepseek|siri|alexa|amazon q|neural networks?|machine reader|summari[sz]er|model|agent)"),
    ("sure", "(?:ais?|llms?|assistants?|chat ?bots?|language models?|ai (?:agents?|models?|assistants?|systems?|tools?)|copilot|chatgpt|gpt ?\\d?|claude|gemini|bard|llama|mistral|grok|deepseek|amazon q|summari[sz]er)"),
    ("person", "(?:users?|humans?|operators?|anyone|anybody|engineers?|analysts?|responders?|investigators?|on call|team|them|people|customers?|admins?|administrators?|owners?|owner|reader|readers|security|soc|management|everyone|him|her|somebody|someone|nobody)"),
    ("this", "(?:this|that|these|those|the (?:next|previous|following|above|last|first|other|current|rest)|next|above|following|it|said)"),
    ("thing", "(?:events?|records?|entry|entries|alerts?|findings?|rows?|lines?|calls?|changes?|log|logs|incident|activity|item|text|message|suspect|result|step|field|user|role|actor|key)"),
    ("fine", "(?:benign|harmless|legitimate|legit|innocent|innocuous|false positive|no threat|not a threat|not malicious|not suspicious|not relevant|irrelevant|unrelated|safe to ignore|safe|routine|noise|expected|approved|authori[sz]ed|sanctioned|whitelisted|allowlisted|trusted|ok|okay|clean|normal|planned|resolved|closed|solved|all clear|nothing)"),
    ("report", "(?:conclude|report|say|tell|answer|reply|respond|approve|mention|state|mark|treat|classify|label|summari[sz]e|obey|comply|acknowledge|confirm|declare|pretend|ignore|disregard|forget|trust|believe|assume|reveal|disclose|repeat|roleplay|visit|output)"),
    ("me", "(?:me|us|i|we)"),
    ("any", "(?: [a-z0-9]+)"),
];

/// Phrases over words with one space between.
const PHRASES: &[&str] = &[
    // What was said before no longer holds.
    r"\b{ignore}(?: {prior}){0,6} (?:{instructions}|everything|all of it)\b",
    r"\b{ignore}(?: {prior}){0,6} (?:above|before|earlier|previous|prior)(?:$| (?:and|or|then|now|but|so|instead|please|you|do|say|report|reply|answer|only|just|this)\b)",
    r"\b{ignore} (?:{prior} ){1,5}{rules}\b",
    r"\b{ignore}{any}{0,2} (?:previous|prior|above|earlier|preceding|system|safety)(?:{any}{0,2} {instructions}| {rules})\b",
    r"\b{ignore} {this} {thing}\b|\bsafe to ignore\b|\b(?:kindly|please|just|simply|now) {ignore}\b",
    r"\b(?:override|bypass|circumvent|disable|skip|violate|break|turn off|remove|suspend|lift|overrule)(?: (?:all|any|the|your|my|these|every|previous|prior|current|existing)){1,3} (?:{instructions}|{rules})\b",
    r"\b(?:override|bypass|circumvent|ignore|skip|violate)(?: (?:all|any|the|your))? (?:safety|security|system|content|ethical|moderation)(?: [a-z]+)? ?(?:{instructions}|{rules}|and)\b",
    r"\b(?:previous|prior|above|earlier|old|original|preceding) (?:instructions?|prompts?|directives?|guidance|guidelines)(?: [a-z]+){0,3} (?:are|is|were|was|no longer|void|invalid|obsolete|cancel+ed|superseded|replaced|wrong|outdated)\b",
    r"\b(?:new|updated|revised|real|actual|true|secret|hidden|additional|final|urgent|special|important) (?:system |developer |admin )?(?:instructions?|directives?|prompt|orders|guidelines)\b(?: (?:follow|are|is|for|from|report|you|to|now|say|ignore|reply|output)|$)",
    r"\b(?:(?:new|your|next|real|actual|only|final|following) (?:task|objective|goal|mission|persona|identity|job|purpose)s?|(?:your|your new|real|actual) roles?) (?:is|are|now|will|should|becomes?|begins?|starts?|follows?)\b",
    r"\b(?:begin|start|perform|do|execute|carry out|complete|switch to) (?:a |the |this |your |with )?(?:new|following|next|different|other) (?:task|role|instructions?|objective|conversation|session|persona|job|steps)\b",
    r"\bnew (?:task|persona|objective|mission|goal|instructions?|directive) [a-z]+\b(?: (?:output|report|say|email|you|the|all|is|list|delete|and|ignore)|$)|\bnew role [a-z]+ (?:output|report|say|email|you|list|delete|ignore)\b",
    r"\bnow follow (?:these|the following|this|my|the new|new|only) [a-z]+\b|\bfollow (?:only )?(?:my|the new|new|these new|only these|the following|these) (?:instructions?|rules?|orders?|commands?|directives?|guidelines)\b",
    r"\b(?:end|start|beginning) of (?:the )?(?:cloudtrail |untrusted |log |event |tool |user |record |input |system )?(?:data|prompt|context|instructions?|input|transcript|untrusted|records?|output)\b(?: [a-z]+)? (?:now|begin|start|new|the|you|next|ignore|system|user|assistant|operator|follow|instructions?|please)\b",
    r"\bfrom (?:now|here|this (?:point|moment)) on\b(?:wards?)?{any}{0,3} (?:{report}|you|respond|act|always|never|in|only|call|use|speak|write)\b",
    r"\bbegin system\b|\b(?:system|developer|initial|hidden|original|secret) prompt\b|\bsystem instructions?\b|\bjail ?break(?:ing|ed)?(?:$| (?:mode|now|yourself|your|this|the|prompt|success|enabled|active|unlocked))|\b(?:sudo|god|dan|unrestricted|override) mode (?:on|enabled|activated|engaged|is|unlocked|now)\b|\b(?:enable|enter|activate|switch to|engage) (?:the )?(?:developer|sudo|god|dan|unrestricted|jailbreak) mode\b|\bsudo mode\b|\bunrestricted (?:ai|assistant|model|mode|bot|agent)\b|\bdeveloper message\b|\bdo anything now\b",
    // Somebody is addressed.
    r"\b(?:you are|youre|you will be|you shall be|consider yourself|imagine you are|imagine that you are|suppose you are|pretend you are|pretend to be|behave as|behave like) (?:now|no longer|from now|an? (?:ai|llm|assistant|model|helpful|unrestricted|different|new|expert|security|evil|language|chatbot|agent|bot)|dan|the (?:administrator|admin|assistant|root|owner|ai|model)|{ai})\b",
    r"\b(?:as|being|since you are|because you are|if you are|if youre|whether you are|you as) an? (?:ai|llm|language model|assistant|chatbot|ai [a-z]+|automated (?:assistant|agent|system|reader)|bot|model|large language model)\b",
    r"\b(?:dear|hi|hey|hello|attention|greetings|ok|okay|yo|listen|calling|note to|notes? for|message (?:to|for)|memo to|instructions? (?:to|for)|advice (?:to|for)|warning to|notice to|reminder (?:to|for)|to (?:the|any|all|every|whichever|whatever)|for (?:the|any|all|every)|addressed to|intended for)(?: (?:the|any|all|my|our|future|every|fellow|reading|automated|investigating|summari[sz]ing|friendly|helpful)){0,2} {sure}\b",
    r"\b(?:dear|attention|hello|hi|hey|note to|message (?:to|for)) (?:the )?(?:agents?|models?|bots?|automated [a-z]+|investigators?|analysts?|reader|responder|on call|operator|soc)\b",
    r"\b{sure}(?: (?:reading|processing|analy[sz]ing|seeing|that|who|which|reads?|sees?|viewing|looking|at|this|these|the|it|record|event|log|text|data)){0,6} (?:must|should|shall|need to|needs to|has to|have to|will|are to|is to|ought to|please|kindly|may now|can now|are required to|is required to|are instructed to|is instructed to|do not|dont|never)\b",
    r"(?:^|\b(?:important|urgent|note|stop|please|so|now|and|ok) ){sure}(?: please| kindly| now)? (?:{report}|respond|delete|run|call|execute|skip|stop|close|note|remember|open|send|list|output|print|write|do|follow|grant|add|remove|use|you|listen|approve|help)\b",
    r"\b(?:whoever|anyone|anybody|if you are|if youre|those|when you|you are|the (?:ai|model|agent|assistant|llm)) (?:who is |who are |that is |currently |now )?(?:reads?|reading|processing|process|analy[sz]ing|analy[sz]e|summari[sz]ing|summari[sz]e|parsing) (?:this|these|it|the)\b",
    r"\byou (?:must|should|shall|need to|have to|will now|are to|are required to|are instructed to|are asked to|ought to|can now|may now|had better|are hereby|are authori[sz]ed to)(?: (?:not|never|now|always|only|immediately|also|therefore|instead|simply|please|first))* {report}\b",
    r"\b(?:include|mention|show|list|put|add|omit|use|state|write|place|append|say|insert|quote)(?:{any}){0,8} (?:in|from|to|at the (?:end|top|start) of) (?:your|the final|the|this) (?:answer|response|reply|summary|output|analysis|conclusion|report|message)\b",
    r"\b(?:using|use|with|via|through|open) your (?:\w+ )?(?:tools?|shell|terminal|browser|access|permissions?|credentials|functions?|plugins?)\b|\byour (?:answer|reply|final answer|final response|summary|system prompt|instructions|programming|training|guidelines|conversation|chat|next (?:message|reply|response|action)) (?:is|are|must|should|shall|to|with|will|now|verbatim|that|in|has|do|have|says?|cannot|here)\b",
    r"\byour (?:only |new |real |current |next |main |sole |first )?(?:task|job|mission|objective|goal) (?:is|are) (?:now |to )",
    r"\b(?:act|behave|respond|answer|write|speak|talk|reply|roleplay|role play) (?:as if|as though|like you)\b|(?:^|\b(?:please|now|must|should|you|and|will|shall|always|then|mode|role) )act as (?:an? |the |if |my |our |(?:dan|root|admin|administrator|owner)\b)",
    r"\bpretend (?:that|to|you|this|the|it|there|nothing)\b|\brole ?play as\b|\bimpersonate (?:the|an?) (?:admin|administrator|user|operator|assistant|system)\b",
    r"\b(?:hide|conceal|cover up|bury|suppress|obscure|mask) (?:this|these|that|the|all|any|my|our) (?:evidence|event|events|change|changes|activity|tracks|record|records|incident|attack|action|actions|finding|findings)\b|\bhelp me hide\b",
    // What the reader should not tell, or should tell whom.
    r"\b(?:do not|dont|never|must not|mustnt|should not|shouldnt|shall not|cannot|avoid|refrain from|without|no need to|not to|stop)(?: (?:ever|even|please|you|to|also|directly|explicitly))* (?:tell|telling|mention|mentioning|report|reporting|reveal|revealing|inform|informing|disclose|disclosing|flag|flagging|discuss|discussing|surface|surfacing|escalate|escalating|investigate|investigating|notify|notifying|include|including|show|showing|alert|alerting|warn|warning|list|listing|raise|raising|display|count|summari[sz]e|analy[sz]e)(?:{any}){0,4} (?:{person}|{thing}|this|it|these|anything|about|that)\b",
    r"\b(?:tell|inform|assure|convince|advise|instruct|persuade|warn|ask|remind|let|order|direct|notify) (?:the |your |my |our |any |all )?{person} (?:that|to|this|it|know|everything|there|nothing|all|no|about|not)\b",
    r"\bthe (?:user|human|operator|admin|administrator|boss|developer|ceo|owner|customer|engineer|security team|security|on call(?: engineer)?) (?:really |actually |just |now |has |have |already |also |says?|said)?(?: ?)(?:wants?|wanted|asked|asks|needs|requested|requests|approved|says?|said|would like|instructed|instructs|ordered|authori[sz]ed|confirmed|expects|demands)(?: (?:you|that|me|us|this|the|to|it|all|an?))\b",
    r"\bthe (?:user|human|operator|admin|administrator|boss|developer|ceo|security team) (?:says?|said|writes|wrote|speaking|here)\b(?: |$)|\b(?:i am|im|this is|speaking as|signed|from) (?:your|the) (?:developer|creator|administrator|admin|operator|owner|system|security team|boss|ceo)\b",
    r"\b(?:recommend|suggest|propose) (?:to )?(?:the |your |my |our ){person} (?:that|to)\b|\b(?:he|she|they|user [a-z0-9]+) (?:is|was|are) the (?:attacker|culprit|intruder|guilty one)\b",
    r"\bnotes? (?:for|to) (?:the |any )?(?:automated|automatic|machine|ai) [a-z]+\b|\b(?:polic(?:y|ies)|rules?|guidance|orders|directives?|instructions?) for (?:the |all |any )?(?:ais|assistants|llms|language models|ai (?:agents|models|assistants|readers))\b|\bbe a good (?:assistant|bot|ai|model)\b",
    r"\b(?:exclude|omit|remove|leave|drop|keep|strike)(?: (?:{this}|the|any|every|all|[a-z0-9]+)){1,3} (?:from|out of) (?:the |your |any |all )?(?:findings?|summary|answer|analysis|suspects?|investigation|conclusions?)\b|\b(?:is|are) not to be (?:listed|mentioned|reported|shown|flagged|told|named|discussed)\b",
    r"\bthe (?:actual|real|true|only) (?:question|task|request) is\b|\bdo (?:what|as) (?:the |it |its )(?:[a-z]+ ){0,6}says?\b|\bkeep (?:this|it|that) (?:between (?:us|you and me)|secret|to yourself)\b",
    r"\byou(?: are|re) not (?:allowed|permitted|supposed|meant) to (?:talk|speak|mention|tell|report|discuss|reveal|say|list|show|answer)\b|^(?:please |kindly )?(?:never|do not|dont) mention [a-z0-9]+$",
    // What the answer should be.
    r"^(?:please |kindly |just |simply |now )?(?:say|state|claim|declare|conclude|answer|reply) that (?:this|it|everything|all|nothing|there)\b|^(?:please |kindly )?(?:report|confirm|state|tell [a-z]+) that (?:nothing|all is|everything)\b",
    r"\b(?:reply|answer|respond|output|return|print|write|say|state|declare|conclude|report|summari[sz]e|confirm|repeat|echo|announce)(?: (?:back|only|just|simply|exactly|always|instead|now|to|the|user|with|that|as|in|is|your|final|answer|word|words|phrase|this|following|text|a|single|it|should|be|must|will|everything|there|are|were))* (?:{fine}|fine|good|well|yes|base64|base 64|hex|rot13|json only|done|success|confirmed|no (?:suspects?|changes?|findings?|issues?|incidents?|threats?|problems?|events?)|nothing|all (?:is|was) (?:well|fine|good|clear)|as if|this sentence|in (?:french|german|spanish|chinese|russian|english|emoji))\b",
    r"\b(?:reply|answer|respond|say|output) (?:back |to (?:me|us|the user) )?(?:(?:only|just|exactly|simply|always)(?: (?:with|in|that|the|this|these|yes|no|ok|okay|json|one|a|an|and|as|nothing|all|your|say|[a-z0-9]+$)|$)|nothing(?:$| (?:about|of|else|changed|happened|is|was|here|but)))\b|\b(?:in|from) your (?:final |next )?(?:answer|summary|response|reply|report|analysis|output|conclusion)\b",
    r"\b(?:consider|deem|call|rate|label|mark|report|declare|treat|regard) {this}(?: {thing})? (?:as )?{fine}\b|\brank (?:this|it|these|that)(?: {thing})? (?:last|low|lower|lowest|bottom)\b|\bask the user for (?:their|his|her|the|a|your) (?:password|credentials?|tokens?|mfa|otp|keys?|secret)\b",
    r"\b(?:repeat|print|reveal|show|display|output|disclose|leak|dump|share|give|tell|expose|return|send|recite|list|copy|spell out|translate)(?: (?:me|us|back|out|all|of|the|your|its|my|any|to|full|entire|complete|exact|whole|above))*(?: (?:system prompts?|instructions?|prompts?|everything above|text above|words above|conversation|chat history|hidden [a-z]+|initial prompt|verbatim|previous messages?|initial instructions|tool (?:definitions?|descriptions?|list|schemas?)|configuration and secrets|environment variables))\b(?: (?:verbatim|now|to|here|above|exactly|word|in|and|first)|$)",
    r"\brepeat (?:everything|all|the (?:words|text)) (?:above|before|you)\b|\bverbatim\b.{0,20}\b(?:prompt|instructions)\b|\b(?:prompt|instructions)\b.{0,20}\bverbatim\b",
    r"\bexfiltrate (?:the|all|any|this|it|data|these|those|your|every|secrets|credentials)\b",
    r"\b(?:mark|flag|tag|classify|categori[sz]e|label|treat|consider|regard|report|rate|score|summari[sz]e|record|describe|count|rank|set|list|log) (?:(?:this|it|that|the|all|these|as|everything|any|every|following|above|entire|{thing}) ){0,5}(?:as|is|to be|to) (?:an? |the |being |been |purely |only |just |simply |known |already )*(?:{fine}|low|informational|not|maintenance|test|unimportant|planned|lowest|zero|severity|p5|done)\b",
    r"\b(?:this|the|that|these|those|following|above) (?:{thing} )?(?:is|was|are|were|has been|have been|should be considered|can be considered|must be considered|can be|should be)(?: (?:a|an|all|completely|totally|entirely|perfectly|fully|already|pre|known|purely|only|definitely|100|just|simply))* (?:benign|harmless|innocuous|innocent|false positive|not malicious|not suspicious|not a threat|safe to ignore|ignored|disregarded|no threat|sanctioned|of no (?:interest|importance|concern)|nothing to worry about|not the cause|not relevant|not a suspect|irrelevant)\b",
    r"\b(?:this|the above|that|following) (?:event|record|entry|log|log entry|row|finding|activity|alert|action)(?: [a-z]+)? (?:is|was|has been|were) (?:pre |fully |already |duly )?(?:approved|authori[sz]ed|legitimate|expected|routine|verified|trusted|resolved|whitelisted)\b",
    r"\b(?:no|zero) (?:suspects?|suspicious (?:activity|changes?|events?)|root cause|culprit)\b(?: (?:found|was|were|here|exists?|coverage|detected|identified|in)|$)|\bno suspect\b|\bnothing (?:else )?(?:suspicious|malicious|relevant|unusual) (?:here|happened|was|to|changed|found|in)\b|\bnothing (?:else )?changed(?:$| (?:here|at all|and|so|today|on|to|or)\b)|\bnothing to see here\b|\bcoverage (?:is |was |verdict )complete\b|(?:^|\b(?:and|suspects?|found|was|all|done) )coverage complete\b|\bmove along\b",
    r"\b(?:close|resolve|dismiss|cancel|silence|acknowledge|downgrade) (?:the|this|that|your|all) (?:ticket|incident|alert|case|finding|alarm|investigation|page)s?\b|\b(?:the )?(?:incident|alert|ticket|case|investigation|issue) (?:is|was|has been) (?:already |now )?(?:resolved|closed|over|solved|fixed|concluded)\b(?: (?:close|no|and|please|stop|you|do|mark|nothing|ignore|so)|$)|\bstop (?:the |this |your )?(?:investigation|investigating|analy[sz]ing|analysis|looking|here|reading|searching)\b|\b(?:end|conclude|abort|terminate) (?:the|this|your) (?:investigation|analysis|search|conversation)\b",
    r"\bthe (?:real |true |actual |only )?(?:culprit|attacker|guilty (?:one|party|user)|suspect|one to blame|person responsible) (?:is|was|are)\b|\b(?:blame|accuse|suspect|name) (?:user |the user |role )?[a-z0-9]+ (?:for|as the|instead|of)\b|\b(?:previous|prior|above|earlier|current|your|initial|first) (?:analysis|answer|conclusion|finding|findings|assessment|ranking|report|verdict|summary) (?:is|was|were|are) (?:wrong|incorrect|false|invalid|mistaken|outdated|a mistake|void|flawed)\b",
    r"\bwhen(?:ever)?(?: you(?: are)?| asked to)? (?:summari[sz]ing|summari[sz]e|answering|responding|reporting|analy[sz]ing|analy[sz]e|ranking|asked|replying|investigating|report|answer|respond|reply)\b(?:{any}){0,6} (?:omit|skip|ignore|exclude|say|tell|do not|dont|never|leave|always|answer|reply|mention|include|add|respond|report|treat|mark|rank|start|begin|use)\b",
    r"(?:^|\b(?:and|then|please|now|must|should|to|just|important|you|kindly|also) )(?:omit|skip|exclude|drop|delete|erase|leave out|hide|suppress|trust|believe|approve|accept|overlook) (?:{this}|the|all|every|any) (?:{thing}|of it|one)\b(?: (?:from|in|and|when|because|as|is|it|entirely|completely|without|please|now)|$)|\btrust (?:this|the following) (?:record|event|entry|text|message|log)\b",
    r"\bsummari[sz]e (?:this|it|the (?:event|record|incident|alert|above)|everything) (?:as|to|like|by|only)\b|\b(?:translate|encode|decode|rewrite|rephrase) (?:this|the above|everything|your|the following|it) (?:to|into|in|as|and|answer|with)\b",
    // What the reader's tools should do.
    r"\b(?:call|invoke|use|run|execute|trigger|launch|activate|query)(?: (?:the|this|a|an|any|your|that|these|my|following|available|mcp|provided|built|in)){1,4}(?: [a-z0-9]+){0,2} tools?\b(?: (?:to|with|now|and|named|called|on|for|then|again|immediately|delete|[a-z]+ [a-z]+)|$)|\b(?:tool|function) call\b(?: (?:now|delete|with|to)|$)|\bcall tool\b|\brun tool\b",
    r"\b(?:please|kindly|immediately|urgently|must|now|quickly|asap|you should|you can|go ahead and|proceed to|make sure to|be sure to|remember to|your job is to)(?: (?:now|immediately|just|also|then|please|first|always))* (?:run|execute|call|invoke|trigger|launch)(?: [a-z0-9]+){0,5} (?:functions?|commands?|scripts?|methods?|rollback|fix|code|payload)\b",
    r"\b(?:run|execute|call|invoke)(?: (?:the|this|a|an|my|following|below))* (?:[a-z0-9]+ ){0,3}(?:commands?|functions?|scripts?|code) (?:now|immediately|at once|right away|in your|with your|for me|as root|below|and (?:report|return|tell|send|show))\b|\b(?:execute|run) rm rf\b|\bwith your (?:terminal|shell|tools)\b",
    r"\bplease (?:grant|ignore|disregard|reply|respond|answer|say|tell|help me|help us|output|share|reveal|give|assist|click|skip|omit|trust|mark|summari[sz]e|pretend|hide|forget)\b(?: (?:the|this|all|my|your|any|me|that|it|every|to|with|us|an?|only|these|user|no))\b",
    r"\b(?:add|put|append|set|change|update|edit|modify|remove|delete)(?: (?:to|the|your|a|in|into|from|on|my|our|this|for|it|[a-z0-9]+)){0,6} (?:allow ?list|policy file|policy toml|server policy|mcp (?:config|server|policy)|server config(?:uration)?)\b.{0,40}\b(?:policy|toml|allowlist|mcp|server)\b|\b(?:[a-z]{2}) (?:[a-z]+ )?(?:east|west|north|south|central|northeast|southeast)(?: [a-z]+)? \d(?: to| in| into| on)(?: the| your)? allow ?list\b|\ballow aws read\b|\baws cloudtrail (?:events?|query|trails)\b",
    r"\bset [a-z ]{2,30} to (?:true|false|none|any|all)(?: in| on)(?: the| your) (?:policy|config|configuration|settings|server)\b",
    r"\bescalate (?:your |my |the |user |their )?privileges?\b(?:{any}){0,4} (?:using|with|via|for|now|of)\b",
];

/// Phrases over letters alone, for text that is obfuscated: whoever writes so means them.
const SQUEEZED: &[&str] = &[
    "(?:ignore|disregard|forget|override|bypass|discard|neglect)(?:all|any|the|your|my|these|those|of|every|everything)*(?:previous|prior|above|earlier|preceding|system|safety|past|former|existing|your)+(?:system|safety|security|ai|user)*(?:instruction|prompt|guidance|guideline|rule|direction|directive|context|message|command|polic|order)",
    "(?:ignore|disregard|forget)(?:all|any|your|the|these|my)+(?:instruction|prompt|guidance|guideline|directive)",
    "(?:ignore|disregard|forget)(?:everything|all)(?:above|before|you|previous|thatwas)",
    "youarenow(?:an|a|the|dan|in|my|no|un)",
    "(?:donot|dont|never)(?:tell|inform|alert|notify)(?:the|any)?(?:user|operator|anyone|human|team)",
    "(?:donot|dont|never)(?:mention|report|reveal|investigate)(?:this|the|any)",
    "(?:reveal|print|show|repeat|output|leak)(?:me|your|the)*systemprompt",
    "(?:reply|respond|answer|say|output|report)(?:only|that|with)*(?:nosuspect|nothingchanged|allclear|falsepositive|benign)",
    "(?:close|resolve)the(?:ticket|incident|alert|case)as(?:a|an)?(?:false|benign|resolved|done|noise)",
    "markth(?:is|e)(?:event|record|alert|incident)?as(?:benign|falsepositive|safe|resolved)",
    "newinstructions(?:report|say|ignore|you|follow|are)",
    "asanai(?:language|model|assistant)",
    "thisevent(?:is|was)(?:benign|authori[sz]ed|approved|harmless|afalsepositive)",
];

static SET: LazyLock<RegexSet> = LazyLock::new(|| super::compile(PHRASES.iter().map(|phrase| written(phrase))));
static SQUEEZED_SET: LazyLock<RegexSet> = LazyLock::new(|| super::compile(SQUEEZED.iter().map(|phrase| (*phrase).to_owned())));

/// Writes the words out that stand in braces.
fn written(phrase: &str) -> String {
    WORDS.iter().fold(phrase.to_owned(), |phrase, (name, words)| phrase.replace(&format!("{{{name}}}"), words))
}

/// Tells whether words, small and with one space between, hold one.
pub(super) fn is_one(words: &str) -> bool {
    SET.is_match(words.as_bytes())
}

/// Tells whether letters hold one.
pub(super) fn is_squeezed_one(letters: &str) -> bool {
    SQUEEZED_SET.is_match(letters.as_bytes())
}
