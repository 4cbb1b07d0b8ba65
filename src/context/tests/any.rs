//! Whatever is asked, the window is one, and nothing panics.

use proptest::prelude::*;

use super::*;

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        "\\PC{0,20}",
        proptest::sample::select(vec![
            "alert",
            "alerts",
            "labels",
            "annotations",
            "startsAt",
            "endsAt",
            "status",
            "state",
            "region",
            "AlarmName",
            "NewStateValue",
            "Trigger",
            "Dimensions",
            "detail",
            "detail-type",
            "event",
            "event_type",
            "data",
            "action",
            "tags",
            "alert_transition",
            "date",
            "Type",
            "Notification",
            "Message",
            "evidence",
            "firing",
            "2026-01-27T20:00:00Z",
            "1769544000",
            "9999-12-31T23:59:59Z",
            "{\"a\":1}",
            "i-0123abcd",
            "k:v,region:us-east-1",
            "orgId",
            "groupKey",
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((word.clone(), inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn any_time() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        "\\PC{0,12}".prop_map(Some),
        "(alert|now)?[-+]?[0-9]{1,20}[smhdwx]?".prop_map(Some),
        "20[0-9]{2}-01-2[0-9]T[0-9]{2}:[0-5]0(Z|[+]0100)?".prop_map(Some),
    ]
}

proptest! {
    #[test]
    fn discover_never_panics_and_its_window_is_never_empty_nor_in_the_future(
        investigation in any_json(), start_time in any_time(), end_time in any_time(), lookback in any::<i32>(), list in proptest::collection::vec("\\PC{0,16}", 0..3)
    ) {
        let defaults = Defaults { lookback: TimeDelta::seconds(lookback.into()), max_window: TimeDelta::hours(48), ..Defaults::default() };
        let asked = Asked { investigation: Some(investigation), start_time, end_time, resources: list, ..Asked::default() };
        match discover(&asked, &defaults, now()) {
            Ok(incident) => {
                prop_assert!(incident.window.from < incident.window.to && incident.window.to <= now());
                prop_assert!(incident.resources.len() <= 50);
            }
            Err(error) => prop_assert!(!error.argument.is_empty() && error.message.contains('`')),
        }
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,300}", region in "\\PC{0,20}") {
        let asked = Asked { investigation: Some(Value::String(text)), ..Asked::default() };
        if let Ok(incident) = discover(&asked, &Defaults::default(), now()) {
            prop_assert!(incident.window.to <= now());
        }
        let _ = discover(&Asked { regions: vec![region], ..Asked::default() }, &Defaults::default(), now());
    }
}
