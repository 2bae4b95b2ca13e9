//! The attributes of an event that the rules read, as a struct.

use serde::Deserialize;
use std::borrow::Cow;

/// Borrowed from the event's bytes where it has no escapes.
type Text<'e> = Cow<'e, str>;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Event<'e> {
    pub(crate) total_amount: f64,
    #[serde(borrow)]
    pub(crate) currency: Text<'e>,
    pub(crate) risk_score: i64,
    pub(crate) bot_score: i64,
    #[serde(borrow)]
    pub(crate) user: User<'e>,
    #[serde(borrow)]
    pub(crate) device: Device<'e>,
    #[serde(borrow)]
    pub(crate) shipping_address: Address<'e>,
    #[serde(borrow)]
    pub(crate) product_list: Vec<Product<'e>>,
    #[serde(borrow)]
    pub(crate) payment_instrument_list: Vec<Payment<'e>>,
    pub(crate) custom: Custom,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct User<'e> {
    #[serde(borrow)]
    pub(crate) username: Text<'e>,
    #[serde(borrow)]
    pub(crate) email: Text<'e>,
    #[serde(borrow)]
    pub(crate) country_region: Text<'e>,
    pub(crate) is_email_validated: bool,
    pub(crate) is_phone_number_validated: bool,
    pub(crate) is_membership_active: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Device<'e> {
    #[serde(borrow)]
    pub(crate) ip_address: Text<'e>,
    pub(crate) is_proxy: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Address<'e> {
    #[serde(borrow)]
    pub(crate) street1: Text<'e>,
    #[serde(borrow)]
    pub(crate) country_region: Text<'e>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Product<'e> {
    #[serde(borrow)]
    pub(crate) product_name: Text<'e>,
    pub(crate) purchase_price: f64,
    pub(crate) quantity: i64,
    #[serde(borrow)]
    pub(crate) market: Text<'e>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Payment<'e> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'e>,
    pub(crate) purchase_amount: f64,
    #[serde(borrow)]
    pub(crate) card_bin: Text<'e>,
    #[serde(borrow)]
    pub(crate) avs_result: Text<'e>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Custom {
    pub(crate) previous_orders: i64,
    pub(crate) velocity: Velocity,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Velocity {
    #[serde(rename = "cardsLast24h")]
    pub(crate) cards_last_24h: i64,
}
