#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fql_fuzz::within_bounds(true, fql_fuzz::decide, data));
