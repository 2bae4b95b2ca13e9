//! Writes small MaxMind databases, so that tests need no foreign file.
//!
//! In: lines `network,country,country name,region code,region,city,postal code,isp`, of which the last ones may be missing. Out: the
//! bytes of a `.mmdb` file, as version 2.0 of the MaxMind DB format describes it: a binary tree over the bits of addresses, a
//! section of data, and metadata.

use std::net::IpAddr;

/// Where a bit leads.
#[derive(Clone, Copy)]
enum To {
    Nowhere,
    Node(u32),
    Data(u32),
}

/// The database of these networks.
pub(crate) fn database(lines: &str) -> Vec<u8> {
    let mut nodes = vec![[To::Nowhere; 2]];
    let mut data = Vec::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let (address, length) = cells[0].split_once('/').expect("a network is an address and a length");
        let length: u32 = length.parse().expect("a length");
        let (bits, length) = match address.parse().expect("an address") {
            IpAddr::V4(address) => (u128::from(address.to_bits()), length + 96),
            IpAddr::V6(address) => (address.to_bits(), length),
        };
        let at = data.len() as u32;
        record(&cells, &mut data);
        let mut node = 0;
        for depth in 0..length {
            let bit = (bits >> (127 - depth) & 1) as usize;
            if depth + 1 == length {
                nodes[node][bit] = To::Data(at);
            } else if let To::Node(next) = nodes[node][bit] {
                node = next as usize;
            } else {
                nodes[node][bit] = To::Node(nodes.len() as u32);
                node = nodes.len();
                nodes.push([To::Nowhere; 2]);
            }
        }
    }
    let count = nodes.len() as u32;
    let mut file = Vec::new();
    for to in nodes.iter().flatten() {
        let record = match to {
            To::Nowhere => count,
            To::Node(number) => *number,
            To::Data(at) => count + 16 + at,
        };
        file.extend_from_slice(&record.to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    metadata(count, &mut file);
    file
}

fn record(cells: &[&str], out: &mut Vec<u8>) {
    let cell = |number: usize| cells.get(number).copied().unwrap_or_default();
    let place = |out: &mut Vec<u8>, code: &str, name: &str| {
        map(out, 2);
        text(out, "iso_code");
        text(out, code);
        text(out, "names");
        map(out, 1);
        text(out, "en");
        text(out, name);
    };
    let known = [1, 3, 5, 6, 7].into_iter().filter(|number| !cell(*number).is_empty()).count();
    map(out, known);
    if !cell(1).is_empty() {
        text(out, "country");
        place(out, cell(1), cell(2));
    }
    if !cell(3).is_empty() {
        text(out, "subdivisions");
        // An array of one element; arrays are type 11, and types from 8 on have a byte of their own.
        out.extend_from_slice(&[1, 11 - 7]);
        place(out, cell(3), cell(4));
    }
    if !cell(5).is_empty() {
        text(out, "city");
        map(out, 1);
        text(out, "names");
        map(out, 1);
        text(out, "en");
        text(out, cell(5));
    }
    for (number, group, name) in [(6, "postal", "code"), (7, "traits", "isp")] {
        if !cell(number).is_empty() {
            text(out, group);
            map(out, 1);
            text(out, name);
            text(out, cell(number));
        }
    }
}

fn metadata(nodes: u32, out: &mut Vec<u8>) {
    map(out, 9);
    text(out, "binary_format_major_version");
    number(out, 5, &[2]);
    text(out, "binary_format_minor_version");
    number(out, 5, &[0]);
    text(out, "build_epoch");
    // An integer of 64 bits is type 9.
    out.extend_from_slice(&[1, 9 - 7, 1]);
    text(out, "database_type");
    text(out, "Test-City");
    text(out, "description");
    map(out, 1);
    text(out, "en");
    text(out, "made for tests");
    text(out, "ip_version");
    number(out, 5, &[6]);
    text(out, "languages");
    out.extend_from_slice(&[1, 11 - 7]);
    text(out, "en");
    text(out, "node_count");
    number(out, 6, &nodes.to_be_bytes());
    text(out, "record_size");
    number(out, 5, &[24]);
}

/// A map of so many pairs, which follow.
fn map(out: &mut Vec<u8>, pairs: usize) {
    out.push(7 << 5 | pairs as u8);
}

fn number(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind << 5 | bytes.len() as u8);
    out.extend_from_slice(bytes);
}

fn text(out: &mut Vec<u8>, text: &str) {
    match text.len() {
        length @ 0..29 => out.push(2 << 5 | length as u8),
        length => out.extend_from_slice(&[2 << 5 | 29, (length - 29) as u8]),
    }
    out.extend_from_slice(text.as_bytes());
}
