//! What is taken back, put back, overwritten or made anew.

use super::*;

#[test]
fn a_change_that_was_taken_back_before_the_alert_is_no_suspect() {
    let detach = |id, before| {
        change(id, before, "iam", "DetachRolePolicy", json!({"roleName": "orders", "policyArn": "arn:aws:iam::111122223333:policy/read"}))
    };
    let attach = |id, before| {
        change(id, before, "iam", "AttachRolePolicy", json!({"roleName": "orders", "policyArn": "arn:aws:iam::111122223333:policy/read"}))
    };
    let other = change(
        "other",
        200,
        "iam",
        "AttachRolePolicy",
        json!({"roleName": "orders", "policyArn": "arn:aws:iam::111122223333:policy/write"}),
    );
    let alert = incident("AccessDenied", json!({"role_name": "orders"}));
    let changes = [detach("detach", 300), attach("attach", 100)];
    let ranked = rank(&alert, &changes, &[]);
    let detached = ranked.iter().find(|r| r.change.event.event_id == "detach").unwrap();
    assert!(detached.facts.undo.before && !detached.is_suspect());
    // Attaching another policy takes nothing back.
    let changes = [detach("detach", 300), other];
    let ranked = rank(&alert, &changes, &[]);
    assert!(!ranked.iter().find(|r| r.change.event.event_id == "detach").unwrap().facts.undo.before);
    assert!(ranked[0].is_suspect());
}

#[test]
fn a_setting_that_was_put_back_before_the_alert_is_no_suspect() {
    let changes = [timeout("first", 4_000, 30), timeout("bad", 900, 1), timeout("back", 300, 30)];
    let ranked = rank(&incident("LambdaErrors", json!({"function_name": "checkout-worker"})), &changes, &[]);
    let bad = ranked.iter().find(|one| one.change.event.event_id == "bad").unwrap();
    assert!(bad.facts.undo.before && !bad.is_suspect(), "{bad:?}");
    // The first one may lie before the window.
    let ranked = rank(&incident("LambdaErrors", json!({"function_name": "checkout-worker"})), &changes[1..], &changes[..1]);
    assert!(ranked.iter().any(|one| one.facts.undo.before));
}

#[test]
fn a_setting_that_was_overwritten_counts_less_than_the_one_in_force() {
    let changes = [timeout("old", 300, 5), timeout("in force", 200, 1)];
    let ranked = rank(&incident("LambdaErrors", json!({"function_name": "checkout-worker"})), &changes, &[]);
    assert_eq!(ids(&ranked), ["in force", "old"]);
    assert!(ranked[1].explanation().reasons().contains(&Reason::Overwritten), "{:?}", ranked[1].explanation().reasons());
    assert!(ranked[1].is_suspect(), "what it did may last");
}

#[test]
fn orders_about_parts_and_settings_of_another_part_overwrite_nothing() {
    let index = |id: &str, before: i64, name: &str| {
        let updates = json!([{"delete": {"indexName": name}}]);
        change(id, before, "dynamodb", "UpdateTable", json!({"tableName": "seats", "globalSecondaryIndexUpdates": updates}))
    };
    let tunnel = |id: &str, before: i64, address: &str, group: u32| {
        let request =
            json!({"vpnConnectionId": "vpn-05f32287d3d017dbd", "vpnTunnelOutsideIpAddress": address, "tunnelOptions": {"group": group}});
        change(id, before, "ec2", "ModifyVpnTunnelOptions", request)
    };
    for changes in [
        [index("a", 300, "by-event"), index("b", 200, "by-hold")],
        [tunnel("a", 300, "3.121.66.30", 2), tunnel("b", 200, "3.126.140.7", 20)],
    ] {
        let ranked = rank(&incident("Down", json!({})), &changes, &[]);
        assert!(ranked.iter().all(|one| !one.facts.undo.overwritten && !one.facts.undo.before), "{:?}", ids(&ranked));
    }
}

#[test]
fn other_settings_of_the_same_thing_overwrite_nothing() {
    let set = |id, before, key: &str, value: &str| {
        let request = json!({"loadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/0a1b2c3d4e5f6071",
            "attributes": [{"key": key, "value": value}]});
        change(id, before, "elasticloadbalancing", "ModifyLoadBalancerAttributes", request)
    };
    let overwritten = |later: Change| {
        let changes = [set("first", 300, "idle_timeout.timeout_seconds", "1"), later];
        crate::rank::undo::pairs(&changes, &[], &crate::rank::topology::Graph::new(&changes, &[]))[0].overwritten_at.is_some()
    };
    assert!(overwritten(set("later", 60, "idle_timeout.timeout_seconds", "2")));
    assert!(!overwritten(set("later", 60, "routing.http2.enabled", "false")));
    let changes = [
        timeout("first", 300, 1),
        change(
            "later",
            60,
            "lambda",
            "UpdateFunctionConfiguration20150331v2",
            json!({"functionName": "checkout-worker", "memorySize": 128}),
        ),
    ];
    assert_eq!(crate::rank::undo::pairs(&changes, &[], &crate::rank::topology::Graph::new(&changes, &[]))[0].overwritten_at, None);
}

#[test]
fn what_is_done_again_after_it_was_undone_gives_nothing_back() {
    let rule = |id, before, name| {
        let permissions =
            json!({"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]});
        change(id, before, "ec2", name, json!({"groupId": "sg-0123456789abcdef0", "ipPermissions": permissions}))
    };
    let changes = [
        rule("opened", 600, "AuthorizeSecurityGroupIngress"),
        rule("closed", 500, "RevokeSecurityGroupIngress"),
        rule("opened-again", 100, "AuthorizeSecurityGroupIngress"),
    ];
    let undo = crate::rank::undo::pairs(&changes, &[], &crate::rank::topology::Graph::new(&changes, &[]));
    assert!(undo[0].undone_at.is_some() && undo[1].undone_at.is_some() && undo[1].undoes);
    assert_eq!((undo[2].undoes, undo[2].restores, undo[2].undone_at), (false, crate::rank::undo::Restored::No, None));
}

#[test]
fn settings_of_two_things_have_nothing_to_do_with_each_other() {
    let deploy = |id, before, service: &str, task: &str| {
        change(id, before, "ecs", "UpdateService", json!({"cluster": "main", "service": service, "taskDefinition": task}))
    };
    let endpoint = |id, before, endpoint: &str, policy: &str| {
        let request = json!({"ModifyVpcEndpointRequest": {"VpcEndpointId": endpoint, "PolicyDocument": policy}});
        change(id, before, "ec2", "ModifyVpcEndpoint", request)
    };
    let changes = [
        deploy("a", 600, "cart", "cart:7"),
        deploy("b", 500, "search", "search:9"),
        endpoint("c", 400, "vpce-0123456789abcdef0", "{\"Statement\":[]}"),
        endpoint("d", 300, "vpce-0fedcba9876543210", "{\"Statement\":{}}"),
        change("e", 200, "unheard-of", "UpdateThing", json!({"thing": "one", "limit": 4})),
        change("f", 100, "unheard-of", "UpdateThing", json!({"thing": "two", "limit": 5})),
    ];
    for undo in crate::rank::undo::pairs(&changes, &[], &crate::rank::topology::Graph::new(&changes, &[])) {
        assert_eq!((undo.undone_at, undo.overwritten_at), (None, None));
    }
}

#[test]
fn a_lower_version_of_the_same_takes_the_higher_one_back() {
    let deploy = |id, before, task: &str| {
        change(id, before, "ecs", "UpdateService", json!({"cluster": "main", "service": "cart", "taskDefinition": task}))
    };
    let undone = |later: &str| {
        let changes = [deploy("first", 600, "cart:9"), deploy("later", 300, later)];
        let undo = crate::rank::undo::pairs(&changes, &[], &crate::rank::topology::Graph::new(&changes, &[]));
        (undo[0].undone_at.is_some(), undo[1].restores == crate::rank::undo::Restored::Perhaps)
    };
    assert_eq!(undone("cart:8"), (true, true));
    assert_eq!(undone("cart:10"), (false, false));
    assert_eq!(undone("other:8"), (false, false));
}

#[test]
fn a_switch_that_is_switched_back_is_as_before() {
    let set = |id, before, enabled: bool| {
        let request = json!({"uUID": "a496c357-f207-4a8b-a926-39a3a5d76ba2", "enabled": enabled});
        change(id, before, "lambda", "UpdateEventSourceMapping20150331", request)
    };
    let changes = [set("off", 600, false), set("on", 300, true)];
    assert!(crate::rank::undo::pairs(&changes, &[], &crate::rank::topology::Graph::new(&changes, &[]))[0].undone_at.is_some());
}

#[test]
fn a_version_that_is_made_first_and_then_put_in_force_is_a_suspect() {
    let changes = secret_versions("new");
    let ranked = rank(&incident("DatabaseLoginFails", json!({"secret_id": "prod/checkout/db"})), &changes, &[]);
    assert!(ranked.iter().any(|one| one.change.event.event_id == "back" && one.is_suspect()), "{ranked:?}");
}

#[test]
fn a_rollback_takes_back_what_it_rolls_back_and_breaks_nothing_itself() {
    let changes = secret_versions("old");
    let ranked = rank(&incident("DatabaseLoginFails", json!({"secret_id": "prod/checkout/db"})), &changes, &[]);
    assert_eq!(accused(&ranked), Vec::<&str>::new());
}

#[test]
fn a_policy_that_comes_back_as_one_that_denies_is_a_suspect() {
    let names = json!({"roleName": "checkout-worker", "policyName": "access"});
    let mut put = names.clone();
    put["policyDocument"] = json!({"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}).to_string().into();
    let changes = [change("gone", 400, "iam", "DeleteRolePolicy", names), change("back", 300, "iam", "PutRolePolicy", put)];
    let ranked = rank(&incident("AccessDenied", json!({"role_name": "checkout-worker"})), &changes, &[]);
    assert!(ranked.iter().any(|one| one.change.event.event_id == "back" && one.is_suspect()), "{ranked:?}");
}

#[test]
fn what_is_made_anew_under_the_same_name_undoes_nothing() {
    let role = json!({"roleName": "orders-worker"});
    let policy = json!({"roleName": "orders-worker", "policyName": "read"});
    let changes = [
        change("gone", 200, "iam", "DeleteRole", role.clone()),
        change("anew", 150, "iam", "CreateRole", role),
        change("policy-gone", 100, "iam", "DeleteRolePolicy", policy.clone()),
        change("policy-back", 50, "iam", "PutRolePolicy", policy),
    ];
    let ranked = rank(&incident("AccessDenied", json!({"role": "orders-worker"})), &changes, &[]);
    let undo = |id: &str| ranked.iter().find(|r| r.change.event.event_id == id).unwrap().facts.undo.clone();
    assert!(!undo("gone").before && !undo("anew").undoes, "another role has another identity");
    assert!(undo("policy-gone").before && undo("policy-back").undoes, "a policy is what it says");
}

#[test]
fn what_one_actor_makes_and_unmakes_breaks_nothing_and_a_loss_that_stays_does() {
    let role = |id: &str, before, name: &str, role: &str, by: &str| {
        change_by(id, before, "iam", name, json!({"roleName": role, "policyName": "p", "policyDocument": "{}"}), by, Value::Null)
    };
    let drill = |id: &str, name: &str, before| role(id, before, name, "drill-role", "tester");
    let changes = [
        drill("made", "CreateRole", 900),
        drill("set", "PutRolePolicy", 800),
        drill("unmade", "DeleteRole", 600),
        role("lost", 300, "DeleteRole", "orders-run", "tester"),
    ];
    let ranked = rank(&incident("AccessDenied", json!({})), &changes, &[]);
    let short = |id: &str| ranked.iter().find(|one| one.change.event.event_id == id).unwrap().facts.lifetime.short_lived;
    assert!(short("made") && short("set") && short("unmade") && !short("lost"));
    assert_eq!(ids(&ranked)[0], "lost");
}

#[test]
fn each_life_of_a_thing_counts_in_whatever_order_its_records_come() {
    let role = |id: &str, before, name: &str| {
        let request = json!({"roleName": "drill-role", "policyName": "p", "policyDocument": "{}"});
        change_by(id, before, "iam", name, request, "tester", Value::Null)
    };
    let mut changes = vec![
        role("made", 900, "CreateRole"),
        role("set", 800, "PutRolePolicy"),
        role("made again", 700, "CreateRole"),
        role("unmade", 600, "DeleteRole"),
        role("unmade again", 500, "DeleteRole"),
    ];
    for _ in 0..changes.len() {
        changes.rotate_left(1);
        let ranked = rank(&incident("AccessDenied", json!({})), &changes, &[]);
        let set = ranked.iter().find(|one| one.change.event.event_id == "set").unwrap();
        assert!(set.facts.lifetime.short_lived, "from {}", changes[0].event.event_id);
    }
}

#[test]
fn what_was_deleted_and_made_anew_stays_a_cause() {
    let role = |id: &str, before, name: &str| change(id, before, "iam", name, json!({"roleName": "orders-run"}));
    let changes = [role("gone", 400, "DeleteRole"), role("anew", 300, "CreateRole")];
    let ranked = rank(&incident("AccessDenied", json!({"role_name": "orders-run"})), &changes, &[]);
    assert!(ranked.iter().all(|one| one.facts.lifetime.made_anew && !one.facts.undo.before && !one.facts.goes_wrong_way()));
    let gone = ranked.iter().find(|one| one.change.event.event_id == "gone");
    assert!(gone.is_some_and(Ranked::is_suspect));
}

#[test]
fn an_address_in_the_place_of_another_is_no_loss() {
    let rule = |id: &str, before, name: &str, cidr: &str| {
        let permissions =
            json!({"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": cidr}]}}]});
        change(id, before, "ec2", name, json!({"groupId": "sg-0123456789abcdef0", "ipPermissions": permissions}))
    };
    let net = |first: &str, second: &str, apart: i64| {
        let changes =
            [rule("in", 300 + apart, "AuthorizeSecurityGroupIngress", first), rule("out", 300, "RevokeSecurityGroupIngress", second)];
        let ranked = rank(&incident("Unreachable", json!({})), &changes, &[]);
        ranked.iter().all(|one| one.facts.lifetime.net_nothing)
    };
    assert!(net("192.0.2.1/32", "192.0.2.2/32", 5));
    assert!(!net("192.0.2.1/32", "192.0.2.2/32", 900));
    assert!(!net("192.0.2.1/32", "10.0.0.0/8", 5));
}
