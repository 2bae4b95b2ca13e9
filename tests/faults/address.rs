//! Addresses that must not be reached: every form of them, 600 and more, and not one connection.

use crate::server::answering;
use crate::setup::{builder, decide, engine};
use fql::Limits;
use fql::external::http::{HttpCall, Lookup, Network, Resolve};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Addresses of this machine, of networks that are not public, and of metadata services.
const BLOCKED: [[u8; 4]; 30] = [
    [127, 0, 0, 1],
    [127, 0, 0, 2],
    [127, 1, 2, 3],
    [127, 255, 255, 254],
    [0, 0, 0, 0],
    [0, 0, 0, 1],
    [10, 0, 0, 1],
    [10, 255, 255, 255],
    [100, 64, 0, 1],
    [100, 100, 100, 200],
    [100, 127, 255, 255],
    [168, 63, 129, 16],
    [169, 254, 0, 1],
    [169, 254, 169, 254],
    [169, 254, 170, 2],
    [172, 16, 0, 1],
    [172, 31, 255, 255],
    [192, 0, 0, 1],
    [192, 0, 0, 192],
    [192, 0, 2, 1],
    [192, 88, 99, 1],
    [192, 168, 0, 1],
    [192, 168, 255, 255],
    [198, 18, 0, 1],
    [198, 19, 255, 255],
    [198, 51, 100, 1],
    [203, 0, 113, 1],
    [224, 0, 0, 1],
    [240, 0, 0, 1],
    [255, 255, 255, 255],
];

/// IPv6 addresses that carry none of IPv4.
const BLOCKED_V6: [&str; 22] = [
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fdff::1",
    "ff01::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "64:ff9b:1::7f00:1",
    "2001::1",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
];

/// The ways in which an IPv4 address may be written as a host.
fn forms([a, b, c, d]: [u8; 4]) -> Vec<String> {
    let whole = u32::from_be_bytes([a, b, c, d]);
    let low = u32::from_be_bytes([0, b, c, d]);
    let lower = u32::from_be_bytes([0, 0, c, d]);
    let (high_half, low_half) = (whole >> 16, whole & 0xffff);
    vec![
        format!("{a}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.{d}."),
        format!("{whole}"),
        format!("0x{whole:x}"),
        format!("0X{whole:08X}"),
        format!("0{whole:o}"),
        format!("{a}.{low}"),
        format!("{a}.{b}.{lower}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0x{a:x}.0{b:o}.{lower}"),
        format!("{a}%2e{b}%2e{c}%2e{d}"),
        format!("{a}。{b}。{c}。{d}"),
        format!("[::ffff:{a}.{b}.{c}.{d}]"),
        format!("[::FFFF:{high_half:x}:{low_half:x}]"),
        format!("[0:0:0:0:0:ffff:{high_half:x}:{low_half:x}]"),
        format!("[::{a}.{b}.{c}.{d}]"),
        format!("[64:ff9b::{a}.{b}.{c}.{d}]"),
        format!("[64:ff9b::{high_half:x}:{low_half:x}]"),
        format!("[2002:{high_half:x}:{low_half:x}::1]"),
    ]
}

#[test]
fn no_form_of_a_blocked_address_can_be_the_host_of_a_definition() {
    let network = Network::builder().allow_http("127.0.0.1").unwrap().build();
    let hosts = BLOCKED.into_iter().flat_map(forms).chain(BLOCKED_V6.map(|address| format!("[{address}]")));
    let hosts: Vec<String> = hosts.collect();
    assert!(hosts.len() >= 600, "{}", hosts.len());
    for host in hosts {
        let call = HttpCall::get("lookup", format!("https://{host}:8443/")).build(&network, &Limits::default());
        assert!(call.is_err(), "{host}");
        let warm = HttpCall::get("lookup", "https://api.example.com/").warm_up(format!("https://{host}/"), 1_000);
        assert!(warm.build(&network, &Limits::default()).is_err(), "{host} to warm");
    }
}

/// Gives one address after another.
#[derive(Debug)]
struct Listed {
    addresses: Mutex<Vec<Vec<IpAddr>>>,
    asked: Arc<AtomicUsize>,
}

impl Resolve for Listed {
    fn resolve(&self, _: &str) -> Lookup {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let next = self.addresses.lock().unwrap().pop();
        Box::pin(std::future::ready(Ok(next.unwrap_or_default())))
    }
}

#[tokio::test]
async fn no_name_that_leads_to_a_blocked_address_is_connected_to() {
    let server = crate::setup::tls_server(answering("200 OK", "", "1")).await;
    let mut addresses: Vec<Vec<IpAddr>> = Vec::new();
    for [a, b, c, d] in BLOCKED {
        let v4 = Ipv4Addr::new(a, b, c, d);
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let carrying: [Ipv6Addr; 4] = [
            v4.to_ipv6_mapped(),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        ];
        addresses.push(vec![v4.into()]);
        addresses.extend(carrying.map(|address| vec![address.into()]));
        addresses.push(std::iter::once(v4.into()).chain(carrying.map(IpAddr::from)).collect());
    }
    addresses.extend(BLOCKED_V6.map(|address| vec![address.parse().unwrap()]));
    let (count, asked) = (addresses.len(), Arc::new(AtomicUsize::new(0)));
    let resolver = Listed { addresses: Mutex::new(addresses), asked: asked.clone() };
    let network = builder().resolver(resolver).build();
    let call = HttpCall::get("lookup", format!("https://rebound.test:{}/", server.port())).parameter("ip", "");
    let engine = engine(call.build(&network, &Limits::default()).unwrap());
    for number in 0..count {
        let decision = decide(&engine).await;
        let answer = &decision.calls()[0].answer;
        assert_eq!((answer.status.name(), answer.http_status), ("Blocked", 0), "{number}: {}", answer.error);
    }
    // A blocked call does not open the breaker, so each of them was looked up.
    assert_eq!((asked.load(Ordering::SeqCst), server.seen.connections()), (count, 0));
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_looked_at() {
    let server = crate::setup::tls_server(answering("200 OK", "", "1")).await;
    let allowed: Vec<IpAddr> = vec!["10.0.0.1".parse().unwrap(), "127.0.0.1".parse().unwrap()];
    let asked = Arc::new(AtomicUsize::new(0));
    let resolver = Listed { addresses: Mutex::new(vec![allowed]), asked: asked.clone() };
    let network = builder().resolver(resolver).allow_network("127.0.0.0/8").unwrap().build();
    let url = format!("https://{}:{}/", crate::setup::HOST, server.port());
    let call = HttpCall::get("lookup", url).parameter("ip", "").build(&network, &Limits::default()).unwrap();
    let decision = decide(&engine(call)).await;
    assert_eq!(decision.calls()[0].answer.status.name(), "Success", "{}", decision.calls()[0].answer.error);
    assert_eq!((asked.load(Ordering::SeqCst), server.seen.connections()), (1, 1));
}
