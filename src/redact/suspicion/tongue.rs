//! What is said in other tongues: what should be done with what was said before, what should not be told, who one is now.

use std::sync::LazyLock;

use regex::bytes::RegexSet;

/// A tongue: what is done, and what it is done to. Stems, as words bend.
type Tongue = (&'static [&'static str], &'static [&'static str]);

/// Of those that are written in Latin letters, without their marks, as [`super::view::words`] has them.
#[rustfmt::skip] // A table reads best in rows.
const LATIN: &[Tongue] = &[
    // German
    (&["ignorier", "missacht", "vergiss", "vergesst", "ueberschreib", "uberschreib", "umgeh", "befolge nicht"], &["anweisung", "vorgabe", "instruktion", "befehl", "anleitung", "regeln", "systemprompt", "alles bisherige", "vorherig", "obige", "alles was oben", "alles obige", "alles oben"]),
    (&["melde", "erwahne", "erwaehne", "berichte", "verrate", "sage", "nenne"], &["nicht dem", "dieses ereignis nicht", "niemand", "nichts davon", "dem benutzer nicht", "dem nutzer nicht", "nicht weiter"]),
    (&["antworte", "sage", "sag", "melde", "berichte", "teile"], &["kein verdacht", "keine anderung", "nichts geandert", "alles in ordnung", "unbedenklich", "nur mit", "nur ok", "ausschließlich", "ausschliesslich", "dem benutzer", "nutzer mit"]),
    (&["du bist", "sie sind"], &["jetzt ein", "nun ein", "jetzt im ", "nun im ", "ab jetzt", "ab sofort", "kein assistent"]),
    (&["verschweig", "verheimlich", "schliesse das ticket", "schließe das ticket", "schließ das ticket", "schließe den vorfall", "in deiner antwort", "hinweis an die ki ", "an die ki ", "an den assistenten"], &[""]),
    (&["die wahre ursache", "die wirkliche ursache", "die eigentliche ursache"], &["gib das", "melde", "berichte", "sag ", "sage", "schreib", "antworte"]),
    (&["uberspring", "ueberspring", "lass aus"], &["diesen eintrag", "dieses ereignis", "diesen vorfall", "diese anderung"]),
    (&["fuhre", "fuehre", "starte"], &["folgenden befehl", "diesen befehl", "folgendes skript", "folgende befehle"]),
    (&["zeig", "verrate", "offenbare", "gib"], &["systemprompt", "deinen prompt", "deine anweisungen", "deine vorgaben"]),
    // French
    (&["execute", "executez", "lance", "lancez"], &["la commande suivante", "cette commande", "les commandes suivantes"]),
    (&["revele", "revelez", "affiche", "affichez", "montre"], &["ton prompt", "votre prompt", "prompt systeme", "tes instructions", "tes consignes"]),
    (&["message a l ia", "note pour l ia", "note a l ia", "a l attention de l ia", "a l assistant", "instruction pour l ia"], &[""]),
    (&["ignore", "ignorez", "ignorer", "oublie", "neglige", "ne tiens pas compte", "ne tenez pas compte", "fais abstraction", "faites abstraction", "contourne"], &["instruction", "consigne", "directive", "ordres", "regles", "precedent", "ci dessus", "cette entree", "cet evenement"]),
    (&["ne mentionne", "ne mentionnez", "ne signale", "ne signalez", "ne dis", "ne dites", "ne parle", "ne revele", "n informe", "ninforme"], &["pas", "rien", "jamais"]),
    (&["reponds", "repondez", "dis a", "dites a", "conclus", "concluez", "affirme"], &["aucun suspect", "rien n", "aucun changement", "tout va bien", "l utilisateur", "lutilisateur", "seulement", "uniquement", "que tout"]),
    (&["tu es", "vous etes"], &["maintenant un", "maintenant en", "desormais", "dorenavant", "maintenant le"]),
    (&["ferme le ticket", "fermez le ticket", "ferme lincident", "dans ta reponse", "note pour lia ", "a lassistant"], &[""]),
    (&["la vraie cause", "la veritable cause"], &["signale", "dis ", "dites", "reponds", "repondez", "indique", "rapporte"]),
    (&["ne pas signaler", "ne pas mentionner", "saute", "sautez"], &["a loperateur", "a lutilisateur", "cette modification", "cette entree", "cet evenement"]),
    // Spanish
    (&["ignora", "ignore", "ignoren", "olvida", "olvide", "omite", "descarta", "desestima", "haz caso omiso", "no hagas caso", "pasa por alto"], &["instruccion", "indicacion", "ordenes", "directri", "reglas", "anterior", "previas", "previos", "esta entrada", "este evento"]),
    (&["no menciones", "no mencione", "no reportes", "no informes", "no informe", "no digas", "no le digas", "no les digas", "no le cuentes", "no le informes", "no reveles", "no cuentes"], &[""]),
    (&["responde", "responda", "contesta", "di que", "diga que", "concluye", "informa", "dile"], &["ningun sospechoso", "nada cambio", "no hay cambios", "todo esta bien", "no hay sospech", "al usuario", "solo con", "solo ok", "solamente", "unicamente", "falso positivo"]),
    (&["cierra el ticket", "cierre el ticket", "cierra el incidente", "en tu respuesta", "nota para la ia ", "nota para el asistente"], &[""]),
    (&["la causa real", "la verdadera causa"], &["reporta", "informa", "di ", "responde"]),
    (&["ahora estas", "estas ahora"], &["en modo", "debes", "obligad"]),
    (&["eres", "ahora eres", "usted es"], &["ahora un", "a partir de ahora", "un asistente sin"]),
    (&["ejecuta", "ejecute", "corre"], &["el siguiente comando", "este comando", "los siguientes comandos"]),
    (&["revela", "muestra", "imprime"], &["tu prompt", "prompt del sistema", "tus instrucciones"]),
    // Italian
    (&["esegui", "eseguite", "lancia"], &["il seguente comando", "questo comando", "i seguenti comandi"]),
    (&["rivela", "mostra", "stampa"], &["il tuo prompt", "prompt di sistema", "le tue istruzioni"]),
    (&["nota per l ia ", "messaggio per l ia ", "all assistente "], &[""]),
    (&["ignora", "ignorate", "dimentica", "trascura", "non considerare", "scarta"], &["istruzion", "indicazion", "direttiv", "ordini", "regole", "precedent", "tutto quanto", "quanto sopra", "questa voce", "questo evento"]),
    (&["non menzionare", "non segnalare", "non dire", "non riferire", "non rivelare"], &[""]),
    (&["rispondi", "rispondete", "concludi", "riferisci", "di all"], &["nessun sospett", "nulla e cambiato", "niente e cambiato", "tutto bene", "utente", "allutente", "solo con", "solo ok", "soltanto"]),
    (&["sei ora", "ora sei", "adesso sei", "d ora in poi"], &[""]),
    (&["chiudi il ticket", "chiudete il ticket", "nella tua risposta", "nota per lia ", "allassistente"], &[""]),
    (&["la vera causa", "la causa reale"], &["riferisci", "rispondi", "scrivi", "segnala", "di "]),
    (&["salta", "saltate"], &["questa voce", "questo evento"]),
    // Portuguese
    (&["ignore", "ignora", "esqueca", "esquece", "desconsidere", "desconsidera", "descarte"], &["instruc", "orientac", "diretriz", "ordens", "regras", "comandos", "anteriores", "tudo acima", "tudo o que", "esta entrada", "este evento"]),
    (&["nao mencione", "nao informe", "nao reporte", "nao diga", "nao revele", "nao conte"], &[""]),
    (&["responda", "responde", "diga", "conclua", "informe"], &["nenhum suspeito", "nada mudou", "esta tudo bem", "ao usuario", "somente", "apenas com", "apenas ok", "apenas que", "falso positivo"]),
    (&["voce e agora", "agora voce e", "a partir de agora"], &[""]),
    (&["feche o chamado", "feche o ticket", "encerre o chamado", "encerre o incidente", "nota para a ia ", "para o assistente", "agora voce esta", "voce esta agora"], &[""]),
    (&["a causa real", "a verdadeira causa"], &["relate", "informe", "diga", "responda", "reporte"]),
    (&["pule"], &["esta entrada", "este evento"]),
    (&["execute", "executa", "rode"], &["o seguinte comando", "este comando", "os seguintes comandos"]),
    (&["revele", "mostre", "imprima"], &["seu prompt", "prompt do sistema", "suas instrucoes"]),
    // Dutch
    (&["voer"], &["het volgende commando", "de volgende opdracht", "dit commando"]),
    (&["negeer", "vergeet", "sla over"], &["instructie", "opdracht", "aanwijzing", "regels", "voorgaande", "vorige", "bovenstaande", "hierboven", "deze gebeurtenis", "dit record"]),
    (&["vertel", "meld", "vermeld", "zeg"], &["niet aan de", "de gebruiker niet", "dit niet", "niemand", "niets over"]),
    (&["noem dit", "noem deze", "noem het"], &["niet"]),
    (&["sluit het ticket", "in je antwoord", "vertel de gebruiker", "zeg de gebruiker", "vertel de operator", "aan de assistent", "je bent nu", "u bent nu"], &[""]),
    (&["de echte oorzaak", "de werkelijke oorzaak"], &["meld", "rapporteer", "zeg", "schrijf", "antwoord"]),
    // Polish, Czech, Romanian, Hungarian
    (&["zamknij zgloszenie", "zamknij ticket", "do asystenta ", "dla asystenta ", "uwaga dla ai ", "jestes teraz", "teraz jestes", "powiedz uzytkownik", "powiedz operator", "nie wspominaj", "nie zglaszaj", "nie informuj"], &[""]),
    (&["prawdziwa przyczyn", "prawdziwa przyczyna"], &["zglos", "powiedz", "napisz", "podaj"]),
    (&["zignoruj", "ignoruj", "zapomnij", "pomin"], &["instrukcj", "polecen", "poprzedni", "wytyczn", "rozkaz", "powyzej", "wszystk", "ten wpis", "to zdarzenie"]),
    (&["ignoruj", "ignorujte", "zapomen", "zapomente"], &["pokyn", "instrukc", "predchozi"]),
    (&["ignora", "ignorati", "uita"], &["instructiun", "comenzi", "anterioar"]),
    (&["hagyd figyelmen", "hagyja figyelmen", "felejtsd el"], &["utasitas", "korabbi", "elozo"]),
    // Swedish, Danish, Norwegian, Finnish
    (&["ignorera", "ignorer", "glom", "glem", "bortse fran", "se bort fra"], &["instruktion", "anvisning", "instruks", "tidigare", "tidligere", "foregaende"]),
    (&["jata huomiotta", "ohita", "unohda"], &["ohje", "kaskyt", "aiemmat", "edelliset"]),
    // Turkish
    (&["yok say", "gormezden gel", "unut", "dikkate alma", "goz ardi et"], &["talimat", "yonerge", "komut", "onceki", "yukarida"]),
    (&["kaydi kapat", "bileti kapat", "yapay zeka asistan", "asistana", "bahsetme", "artik bakim modunda"], &[""]),
    (&["soyle", "bildir"], &["kullaniciya", "operatore"]),
    // Indonesian and Malay, Vietnamese, Tagalog, Swahili
    (&["abaikan", "lupakan"], &["instruksi", "perintah", "arahan", "sebelumnya"]),
    (&["bo qua", "phot lo", "quen"], &["huong dan", "chi dan", "chi thi", "lenh", "truoc do"]),
    (&["balewalain", "huwag pansinin", "kalimutan"], &["tagubilin", "utos", "nakaraang"]),
    (&["puuza", "sahau"], &["maagizo", "maelekezo"]),
];

/// Of those with letters of their own, as they are written.
#[rustfmt::skip] // As above.
const OTHERS: &[Tongue] = &[
    // Russian, Ukrainian, Bulgarian
    (&["игнорир", "ігнору", "забуд", "проігнору", "не обращай внимания", "отмени", "пренебрег", "не зважай", "пропусти"], &["инструкц", "інструкц", "указан", "вказів", "команд", "предыдущ", "попередн", "правил", "предишн", "выше", "эту запись", "это событие"]),
    (&["не сообщай", "не упоминай", "не говори", "не рассказывай", "не повідомляй", "не згадуй", "не показывай", "не сообщайте"], &[""]),
    (&["ответь", "отвечай", "скажи", "сообщи", "відповідай", "скажіть", "ответьте"], &["ничего", "нет подозр", "пользовател", "только", "нічого", "всё в порядке", "все в порядке", "ложн"]),
    (&["ты теперь", "теперь ты", "вы теперь", "отныне", "тепер ти"], &[""]),
    (&["закрой тикет", "закройте тикет", "закрой инцидент", "закрой заявку", "в своем ответе", "в своём ответе", "примечание для ии"], &[""]),
    (&["настоящая причина", "истинная причина", "реальная причина"], &["сообщи", "скажи", "укажи", "напиши", "ответь"]),
    (&["ты сейчас", "ты находишься"], &["режим"]),
    (&["выполни", "запусти", "виконай"], &["следующую команду", "эту команду", "следующий скрипт", "наступну команду"]),
    (&["покажи", "раскрой", "выведи"], &["системный промпт", "свои инструкции", "свой промпт"]),
    // Greek
    (&["αγνόησε", "αγνοήστε", "αγνοησ", "ξέχασε", "ξεχάστε"], &["οδηγί", "εντολ", "προηγούμεν"]),
    // Chinese
    (&["忽略", "无视", "無視", "忽视", "忽視", "忘记", "忘記", "不要理会", "不要理會", "不用管", "覆盖", "绕过"], &["指令", "指示", "提示", "说明", "說明", "规则", "規則", "命令", "之前", "以上", "先前", "上面"]),
    (&["不要", "请勿", "請勿", "切勿", "别", "不得", "不必"], &["报告", "報告", "提及", "告诉", "告訴", "透露", "通知用户", "调查", "上报"]),
    (&["回复", "回覆", "回答", "报告", "告诉用户", "告訴用戶", "标记为", "標記為", "请说", "输出", "总结为"], &["没有", "沒有", "无可疑", "一切正常", "无异常", "误报", "誤報", "良性", "已批准", "已授权", "仅", "只"]),
    (&["你现在是", "你現在是", "从现在开始", "從現在開始", "你是一个", "你的新任务", "你的任务", "扮演", "新的指令", "系统提示", "系統提示", "人工智能助手", "ai助手", "调用工具", "运行命令"], &[""]),
    (&["你现在", "你現在"], &["必须", "必須", "模式", "批准"]),
    (&["请关闭工单", "請關閉工單", "关闭此工单", "致ai", "致人工智能"], &[""]),
    (&["告诉用户", "告訴用戶", "告诉操作员"], &["原因", "正常", "没有", "已"]),
    (&["真正的原因", "真实原因", "真正原因"], &["报告", "告诉", "回答", "说明"]),
    (&["跳过", "排除", "省略", "略过", "隐去", "剔除", "去掉"], &["此条", "该条", "此记录", "此事件", "这条", "该记录", "该事件", "本条"]),
    (&["执行", "運行", "运行"], &["以下命令", "下列命令", "此命令", "下面的命令"]),
    // Japanese
    (&["無視", "忘れ", "従わない", "破棄"], &["指示", "命令", "ルール", "プロンプト", "以前", "これまで", "上記", "指令"]),
    (&["報告しない", "言及しない", "伝えない", "知らせない", "教えない", "報告するな", "触れない", "報告しては"], &[""]),
    (&["答えて", "答えなさい", "回答して", "報告して", "返答して", "出力して", "伝えて", "と述べて"], &["問題", "ありません", "なかった", "変更な", "のみ", "だけ", "無害", "誤検知"]),
    (&["あなたは今", "あなたは現在", "今からあなた", "これからは", "aiアシスタント", "システムプロンプト", "新しい指示"], &[""]),
    (&["と伝えて", "と答えて", "と報告して", "と回答して", "チケットを閉じてください", "アシスタントへ", "aiへの"], &[""]),
    (&["本当の原因", "真の原因"], &["報告", "伝え", "答え", "回答"]),
    (&["実行して", "実行しなさい"], &["次のコマンド", "以下のコマンド", "このコマンド"]),
    (&["除外して", "飛ばして", "スキップして"], &["報告書", "回答", "要約", "このイベント", "このエントリ"]),
    // Korean
    (&["무시", "잊어", "잊으", "따르지"], &["지시", "명령", "지침", "프롬프트", "규칙", "이전", "앞의", "위의"]),
    (&["보고하지", "언급하지", "말하지", "알리지", "조사하지"], &[""]),
    (&["답하", "대답", "보고하", "응답", "말하", "출력하"], &["없다고", "없음", "문제없", "변경 사항이 없", "만 ", "라고만", "오탐", "정상"]),
    (&["당신은 이제", "너는 이제", "지금부터", "시스템 프롬프트", "새로운 지시"], &[""]),
    (&["어시스턴트에게", "ai에게", "티켓을 닫으세요", "티켓을 닫아"], &[""]),
    (&["사용자에게", "운영자에게"], &["라고 말하", "다고 말하", "라고 전하", "라고 알려", "다고 알려", "라고 답"]),
    (&["진짜 원인", "실제 원인"], &["보고", "말하", "전하", "알려"]),
    (&["실행하"], &["다음 명령", "아래 명령", "이 명령"]),
    (&["건너뛰"], &["이 항목", "이 이벤트", "이 기록"]),
    // Arabic, Persian, Urdu, Hebrew
    (&["تجاهل", "انس ", "انسى", "تغاض", "نادیده بگیر", "فراموش کن", "نظر انداز"], &["تعليمات", "أوامر", "اوامر", "توجيهات", "السابقة", "دستور", "قبلی", "ہدایات"]),
    (&["لا تذكر", "لا تبلغ", "لا تخبر"], &[""]),
    (&["התעלם", "התעלמי", "תתעלם", "שכח"], &["הוראות", "ההוראות", "הנחיות", "הקודמות", "פקודות"]),
    // Hindi, Bengali, Tamil
    (&["अनदेखा", "नज़रअंदाज़", "नजरअंदाज", "भूल जा", "उपेक्षा", "ध्यान न"], &["निर्देश", "आदेश", "हिदायत", "पिछले"]),
    (&["উপেক্ষা", "ভুলে যা"], &["নির্দেশ", "আগের"]),
    (&["புறக்கணி", "மறந்து"], &["வழிமுறை", "அறிவுறுத்தல்", "முந்தைய"]),
    // Thai
    (&["เพิกเฉย", "ละเว้น", "ลืม", "ไม่ต้องสนใจ", "อย่าสนใจ"], &["คำสั่ง", "คำแนะนำ", "ก่อนหน้า"]),
    // Vietnamese, with its marks
    (&["bỏ qua", "phớt lờ", "quên"], &["hướng dẫn", "chỉ dẫn", "chỉ thị", "lệnh", "trước đó"]),
];

/// Tells whether a text in letters of its own says so.
pub(super) fn is_one(line: &str) -> bool {
    let small = line.to_lowercase();
    OTHERS.iter().any(|(verbs, nouns)| {
        holds(&small, verbs, |text, stem| text.contains(stem)) && holds(&small, nouns, |text, stem| text.contains(stem))
    })
}

/// Every stem of what is done in Latin letters: most texts hold none.
static DONE: LazyLock<RegexSet> = LazyLock::new(|| {
    let stems: Vec<&str> = LATIN.iter().flat_map(|(verbs, _)| *verbs).copied().collect();
    super::compile([format!("(?:^|[ \n])(?:{})", stems.join("|"))])
});

/// Tells whether words in Latin letters say so; stems stand at the beginning of words.
pub(super) fn is_latin_one(words: &str) -> bool {
    // All of these say something of something.
    if !words.contains([' ', '\n']) || !DONE.is_match(words.as_bytes()) {
        return false;
    }
    LATIN.iter().any(|(verbs, nouns)| holds(words, verbs, begins) && holds(words, nouns, begins))
}

fn holds(text: &str, stems: &[&str], found: impl Fn(&str, &str) -> bool) -> bool {
    stems.iter().any(|stem| found(text, stem))
}

/// Tells whether a word of the text, or several, begin so.
fn begins(words: &str, stem: &str) -> bool {
    stem.is_empty() || words.match_indices(stem).any(|(at, _)| at == 0 || matches!(words.as_bytes().get(at - 1), Some(b' ' | b'\n')))
}
