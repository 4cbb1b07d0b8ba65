//! Days of the week, months and halves of the day in several languages.

use super::words::Meaning;

/// Signs of the half of the day that stand before the hour.
pub(super) const HALVES: &[Meaning] = &[
    ("am", &["오전", "새벽", "아침", "午前", "朝", "上午", "早上", "凌晨", "清晨"]),
    ("pm", &["오후", "저녁", "밤", "午後", "夕方", "夜", "下午", "晚上", "傍晚", "中午"]),
];

/// Days of the week.
pub(super) const WEEKDAYS: &[Meaning] = &[
    (
        "Monday",
        &[
            "montag",
            "lundi",
            "lunes",
            "segunda-feira",
            "lunedì",
            "maandag",
            "poniedziałek",
            "pazartesi",
            "월요일",
            "月曜日",
            "星期一",
            "周一",
        ],
    ),
    (
        "Tuesday",
        &["dienstag", "mardi", "martes", "terça-feira", "martedì", "dinsdag", "wtorek", "salı", "화요일", "火曜日", "星期二", "周二"],
    ),
    (
        "Wednesday",
        &[
            "mittwoch",
            "mercredi",
            "miércoles",
            "quarta-feira",
            "mercoledì",
            "woensdag",
            "środa",
            "środę",
            "çarşamba",
            "수요일",
            "水曜日",
            "星期三",
            "周三",
        ],
    ),
    (
        "Thursday",
        &[
            "donnerstag",
            "jeudi",
            "jueves",
            "quinta-feira",
            "giovedì",
            "donderdag",
            "czwartek",
            "perşembe",
            "목요일",
            "木曜日",
            "星期四",
            "周四",
        ],
    ),
    (
        "Friday",
        &["freitag", "vendredi", "viernes", "sexta-feira", "venerdì", "vrijdag", "piątek", "cuma", "금요일", "金曜日", "星期五", "周五"],
    ),
    (
        "Saturday",
        &[
            "samstag",
            "sonnabend",
            "samedi",
            "sábado",
            "sabato",
            "zaterdag",
            "sobota",
            "sobotę",
            "cumartesi",
            "토요일",
            "土曜日",
            "星期六",
            "周六",
        ],
    ),
    (
        "Sunday",
        &["sonntag", "dimanche", "domingo", "domenica", "zondag", "niedziela", "niedzielę", "일요일", "日曜日", "星期日", "星期天", "周日"],
    ),
];

/// Months, after the day.
pub(super) const MONTHS: &[Meaning] = &[
    ("January", &["januar", "jänner", "janvier", "enero", "janeiro", "gennaio", "januari", "stycznia", "ocak"]),
    ("February", &["februar", "février", "febrero", "fevereiro", "febbraio", "februari", "lutego", "şubat"]),
    ("March", &["märz", "mars", "marzo", "março", "maart", "marca", "mart"]),
    ("April", &["avril", "abril", "aprile", "kwietnia", "nisan"]),
    ("May", &["mai", "mayo", "maio", "maggio", "mei", "maja", "mayıs"]),
    ("June", &["juni", "juin", "junio", "junho", "giugno", "czerwca", "haziran"]),
    ("July", &["juli", "juillet", "julio", "julho", "luglio", "lipca", "temmuz"]),
    ("August", &["août", "agosto", "augustus", "sierpnia", "ağustos"]),
    ("September", &["septembre", "septiembre", "setembro", "settembre", "września", "eylül"]),
    ("October", &["oktober", "octobre", "octubre", "outubro", "ottobre", "października", "ekim"]),
    ("November", &["novembre", "noviembre", "novembro", "listopada", "kasım"]),
    ("December", &["dezember", "décembre", "diciembre", "dezembro", "dicembre", "grudnia", "aralık"]),
];
