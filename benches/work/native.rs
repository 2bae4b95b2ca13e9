//! The same decisions written by hand: what a machine needs at least.

mod event;

use super::Clause;
pub(crate) use event::Event;

const COUNTRIES: [&str; 10] = ["KP", "IR", "SY", "CU", "SD", "BY", "MM", "VE", "ZW", "AF"];
const BINS: [&str; 7] = ["999901", "999902", "999903", "999904", "999905", "999906", "999907"];
const MARKETS: [&str; 11] = ["US", "CA", "GB", "DE", "FR", "JP", "KR", "BR", "AU", "NZ", "NL"];

/// What `In` asks: one of these, ignoring case.
fn is_in(text: &str, texts: &[&str]) -> bool {
    texts.iter().any(|member| member.eq_ignore_ascii_case(text))
}

/// [`super::TINY`].
pub(crate) fn tiny(event: &Event<'_>) -> Clause {
    let user = &event.user;
    (event.risk_score > 500 && user.email.ends_with("@mail.example.com") && user.country_region != "US") as Clause
}

/// [`super::TYPICAL`].
pub(crate) fn typical(event: &Event<'_>) -> Clause {
    let [first, second, third, ..] = event.product_list.as_slice() else { return 0 };
    let [card, other, ..] = event.payment_instrument_list.as_slice() else { return 0 };
    let (user, device, address) = (&event.user, &event.device, &event.shipping_address);
    match () {
        () if event.bot_score > 900 => 1,
        () if event.risk_score > 950 => 2,
        () if is_in(&user.country_region, &COUNTRIES) => 3,
        () if user.email.ends_with("@throwaway.example") => 4,
        () if device.ip_address.starts_with("198.51.100.") => 5,
        () if address.street1.contains("PO Box") => 6,
        () if !user.is_email_validated && event.total_amount > 500.0 => 7,
        () if is_in(&card.card_bin, &BINS) => 8,
        () if first.purchase_price * first.quantity as f64 > 5000.0 => 9,
        () if (if user.is_membership_active { 5000.0 } else { 1000.0 }) < event.total_amount => 10,
        () if address.country_region != user.country_region && event.risk_score > 800 => 11,
        () if other.kind == "GIFTCARD" && other.purchase_amount > 900.0 => 12,
        () if device.is_proxy && event.risk_score > 600 => 13,
        () if event.custom.velocity.cards_last_24h >= 6 => 14,
        () if third.product_name.contains("Gift card") && !user.is_phone_number_validated => 15,
        () if user.username.starts_with("test_") || user.username.ends_with("_bot") => 16,
        () if event.currency == "XBT" && event.total_amount >= 100.0 => 17,
        () if event.custom.previous_orders < 3 && event.total_amount > 250.0 => 18,
        () if is_in(&second.market, &MARKETS) && card.avs_result == "N" => 19,
        () if event.risk_score < 800 && user.is_email_validated => 20,
        () => 0,
    }
}

/// Countries and amounts of [`super::many`] clauses.
pub(crate) fn table(count: usize) -> Vec<(String, f64)> {
    (0..count).map(|number| (format!("C{number}"), number as f64)).collect()
}

/// [`super::many`], in order.
pub(crate) fn in_order(table: &[(String, f64)], event: &Event<'_>) -> Clause {
    let fires =
        |(country, amount): &(String, f64)| event.user.country_region == *country && event.total_amount > *amount;
    table.iter().position(fires).map_or(0, |at| at + 1)
}
