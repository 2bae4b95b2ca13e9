//! Which addresses may be connected to (R11.1).
//!
//! In: an address that a host literally is or resolves to. Out: nothing, or why it is blocked.
//!
//! IPv4 has a list of what is not public, by its registry of special addresses; of IPv6 only global unicast space is public,
//! less the parts that are not. An IPv6 address that carries an IPv4 address is judged by what it carries, too.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Decides which addresses may be connected to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct AddressPolicy {
    allowed: Vec<IpNet>,
}

impl AddressPolicy {
    /// Allows a network such as `10.1.0.0/16`, or one address.
    pub(super) fn allow(&mut self, network: &str) -> Result<(), String> {
        let network = network.trim();
        let parsed = network.parse::<IpNet>().ok().or_else(|| network.parse::<IpAddr>().ok().map(IpNet::from));
        let Some(parsed) = parsed else {
            return Err(format!("expected a network such as `10.1.0.0/16` or `fd00::/8`, found `{network}`"));
        };
        self.allowed.push(parsed);
        Ok(())
    }

    /// Why an address is blocked, in words that fit behind `is`.
    pub(super) fn blocked(&self, address: IpAddr) -> Option<&'static str> {
        let canonical = address.to_canonical();
        let why = match canonical {
            IpAddr::V4(address) => blocked_v4(address),
            IpAddr::V6(address) => blocked_v6(address),
        }?;
        let is_allowed = self.allowed.iter().any(|network| network.contains(&canonical) || network.contains(&address));
        (!is_allowed).then_some(why)
    }
}

/// The IPv4 networks that are not public, as first address, prefix length and what they are.
const BLOCKED_V4: [([u8; 4], u8, &str); 18] = [
    ([0, 0, 0, 0], 8, "an address of this network"),
    ([10, 0, 0, 0], 8, "a private address"),
    ([100, 64, 0, 0], 10, "a shared address"),
    ([127, 0, 0, 0], 8, "a loopback address"),
    ([168, 63, 129, 16], 32, "a metadata service"),
    ([169, 254, 0, 0], 16, "a link-local address"),
    ([172, 16, 0, 0], 12, "a private address"),
    ([192, 0, 0, 0], 24, "a reserved address"),
    ([192, 0, 2, 0], 24, "an address for documentation"),
    ([192, 31, 196, 0], 24, "a reserved address"),
    ([192, 52, 193, 0], 24, "a reserved address"),
    ([192, 88, 99, 0], 24, "a reserved address"),
    ([192, 168, 0, 0], 16, "a private address"),
    ([198, 18, 0, 0], 15, "an address for benchmarks"),
    ([198, 51, 100, 0], 24, "an address for documentation"),
    ([203, 0, 113, 0], 24, "an address for documentation"),
    ([224, 0, 0, 0], 4, "a multicast address"),
    ([240, 0, 0, 0], 4, "a reserved address"),
];

fn blocked_v4(address: Ipv4Addr) -> Option<&'static str> {
    let address = u32::from(address);
    BLOCKED_V4
        .iter()
        .find(|(first, length, _)| (address ^ u32::from_be_bytes(*first)) >> (32 - u32::from(*length)) == 0)
        .map(|(_, _, why)| *why)
}

/// The parts of global unicast space that are not public.
const BLOCKED_V6: [(u128, u8, &str); 4] = [
    // Among them Teredo, which carries IPv4 addresses, and addresses for benchmarks.
    (0x2001 << 112, 23, "a reserved address"),
    (0x2001_0db8 << 96, 32, "an address for documentation"),
    (0x2620_004f_8000 << 80, 48, "a reserved address"),
    (0x3fff << 112, 20, "an address for documentation"),
];

/// The prefix of addresses that a NAT64 gateway translates.
const NAT64: u128 = 0x0064_ff9b << 96;

fn blocked_v6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = u128::from(address);
    if bits >> 32 == NAT64 >> 32 {
        return blocked_v4(Ipv4Addr::from(bits as u32));
    }
    let begins = |first: u128, length: u8| (bits ^ first) >> (128 - u32::from(length)) == 0;
    if !begins(0x2000 << 112, 3) {
        return Some(match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 1] => "a loopback address",
            [0xfe80..=0xfebf, ..] => "a link-local address",
            [0xfc00..=0xfdff, ..] => "a private address",
            [0xff00..=0xffff, ..] => "a multicast address",
            _ => "a reserved address",
        });
    }
    if begins(0x2002 << 112, 16) {
        return blocked_v4(Ipv4Addr::from((bits >> 80) as u32));
    }
    BLOCKED_V6.iter().find(|(first, length, _)| begins(*first, *length)).map(|(_, _, why)| *why)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that does not get that far has failed")]
mod tests {
    use super::*;

    fn policy(allowed: &[&str]) -> AddressPolicy {
        let mut policy = AddressPolicy::default();
        for network in allowed {
            policy.allow(network).unwrap();
        }
        policy
    }

    fn blocked(policy: &AddressPolicy, address: &str) -> bool {
        policy.blocked(address.parse().unwrap()).is_some()
    }

    #[test]
    fn what_is_not_public_is_blocked_in_every_form_that_carries_it() {
        let none = policy(&[]);
        for (first, _, _) in BLOCKED_V4 {
            let [a, b, c, d] = first;
            let high = u16::from_be_bytes([a, b]);
            let low = u16::from_be_bytes([c, d]);
            assert!(blocked(&none, &format!("{a}.{b}.{c}.{d}")));
            assert!(blocked(&none, &format!("::ffff:{a}.{b}.{c}.{d}")), "mapped");
            assert!(blocked(&none, &format!("::{a}.{b}.{c}.{d}")), "compatible");
            assert!(blocked(&none, &format!("64:ff9b::{a}.{b}.{c}.{d}")), "NAT64");
            assert!(blocked(&none, &format!("2002:{high:x}:{low:x}::1")), "6to4");
        }
        let others = [
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "100::1",
            "64:ff9b:1::a00:1",
            "2001::1",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "169.254.169.254",
            "100.100.100.200",
            "192.0.0.192",
            "255.255.255.255",
        ];
        for address in others {
            assert!(blocked(&none, address), "{address}");
        }
    }

    #[test]
    fn what_is_public_is_not_blocked_to_the_edges_of_the_ranges() {
        let none = policy(&[]);
        let public = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ];
        for address in public {
            assert!(!blocked(&none, address), "{address}");
        }
    }

    #[test]
    fn what_the_deployment_lists_is_allowed_and_nothing_beside_it() {
        let some = policy(&["127.0.0.0/8", "fd00:1::/32", "10.0.0.7"]);
        for address in ["127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "fd00:1::5", "10.0.0.7"] {
            assert!(!blocked(&some, address), "{address}");
        }
        for address in ["10.0.0.8", "::1", "fd00:2::5", "64:ff9b::127.0.0.1"] {
            assert!(blocked(&some, address), "{address}");
        }
        let message = AddressPolicy::default().allow("10.0.0.0/33").unwrap_err();
        assert_eq!(message, "expected a network such as `10.1.0.0/16` or `fd00::/8`, found `10.0.0.0/33`");
    }
}
