//! `Geo`, `BIN`, `Model` and `Device`: calls that a provider answers (L7.6-L7.8).
//!
//! In: a call of a documented row whose arguments fit. Out: the callable of the provider with those arguments. Where an external
//! call answers, that call stands in the tree like any other, and the callable reads its Json.

use super::Checker;
use super::configured::{Answer, Asked, BOT, DEVICE, RISK};
use super::expression::convert;
use crate::diagnostic::Code;
use crate::function::{Bound, registry};
use crate::hir::{self, Constant, Conversion, Kind};
use crate::provider::{Answered, AskGeo, LookUpBin, Place, Question, Wanted};
use crate::source::Span;
use crate::syntax::ast::{Argument, Name};
use crate::value::Type;
use std::sync::Arc;

/// How many attributes of a device may be selected at once (L7.8).
const MOST_SELECTED: usize = 20;

impl Checker<'_> {
    /// A call in one of the four namespaces; `None` if no row is called so.
    pub(super) fn provided(
        &mut self,
        space: &Name,
        name: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Option<Option<hir::Expr>> {
        let rows = registry().statics(&space.value, &name.value);
        let row = *rows.first()?;
        let call = self.overloaded(&rows, name, None, arguments, span);
        let family = space.value.to_ascii_lowercase();
        let kind = match family.as_str() {
            "geo" => self.ask_geo(row.name, call, span),
            "bin" => match self.definitions().providers.bins.clone() {
                Some(bins) => call.map(|call| Kind::Bound(Arc::new(LookUpBin(bins)), operands(call))),
                None => self.no_provider("BIN.Lookup", ".bins(...)", "bin = \"bins\"", span),
            },
            "model" if row.name == "Risk" => self.model(&RISK, "Risk", call, span),
            "model" => self.model(&BOT, "Bot", call, span),
            _ => self.device(row.name, call, span),
        };
        Some(kind.map(|kind| hir::Expr { kind, ty: row.result, span }))
    }

    fn no_provider<T>(&mut self, whole: &str, method: &str, setting: &str, span: Span) -> Option<T> {
        let message = format!("`{whole}` needs a provider, and none is configured");
        let help = format!("write `{setting}` under `[providers]` in `fql.toml`, or register one by `{method}`");
        self.report(self.diagnose(Code::NO_PROVIDER, span, message).help(help))
    }

    fn ask_geo(&mut self, name: &'static str, call: Option<hir::Expr>, span: Span) -> Option<Kind> {
        let Some(geo) = self.definitions().providers.geo.clone() else {
            let whole = format!("Geo.{name}");
            return self.no_provider(&whole, ".geoip(...)", "geoip = \"GeoLite2-City.mmdb\"", span);
        };
        let wanted = match name {
            "RegionCode" => Wanted::Place(Place::RegionCode),
            "Region" => Wanted::Place(Place::Region),
            "CountryRegion" => Wanted::Place(Place::CountryRegion),
            "City" => Wanted::Place(Place::City),
            "PostalCode" => Wanted::Place(Place::PostalCode),
            "Isp" => Wanted::Place(Place::Isp),
            "MarketCode" => Wanted::Market(self.definitions().providers.market.clone().unwrap_or_default()),
            _ => Wanted::Place(Place::CountryCode),
        };
        Some(Kind::Bound(Arc::new(AskGeo::new(geo, wanted, name)), operands(call?)))
    }

    /// What answers a question: a call that the host or a stub calls like the question itself, before what settings name.
    fn answer(&mut self, asked: &Asked, configured: Option<Answer>, span: Span) -> Option<Answer> {
        let own = self.definitions().externals.get(&asked.name.to_ascii_lowercase()).cloned();
        if let Some(definition) = own {
            return match asked.fits(&definition) {
                Ok(()) => Some(Answer::External(definition)),
                Err(message) => {
                    let help = "register a function with so many parameters";
                    self.report(self.diagnose(Code::WRONG_ARITY, span, message).help(help))
                }
            };
        }
        if configured.is_some() {
            return configured;
        }
        let (method, setting) = match asked.name {
            "Model.Risk" => (".model_risk(...)", "model.risk = { attribute = \"riskScore\" }"),
            "Model.Bot" => (".model_bot(...)", "model.bot = { attribute = \"botScore\" }"),
            _ => (".device(...)", "device = { attribute = \"device\" }"),
        };
        self.no_provider(asked.name, method, setting, span)
    }

    fn model(&mut self, asked: &Asked, name: &'static str, call: Option<hir::Expr>, span: Span) -> Option<Kind> {
        let providers = &self.definitions().providers;
        let configured = if name == "Risk" { providers.risk.clone() } else { providers.bot.clone() };
        let answer = self.answer(asked, configured, span)?;
        let written = operands(call?);
        let (json, written) = self.source_of(answer, written, |_| event(span), span);
        Some(bound(Question::Score, name, json, written))
    }

    fn device(&mut self, name: &'static str, call: Option<hir::Expr>, span: Span) -> Option<Kind> {
        let configured = self.definitions().providers.device.clone();
        let answer = self.answer(&DEVICE, configured, span);
        let written = operands(call?);
        if name == "GetSelectedAttributes" && written.len() > MOST_SELECTED + 1 {
            let found = written.len() - 1;
            let message = format!("`GetSelectedAttributes` takes 1 to {MOST_SELECTED} names, found {found}");
            let help = "`Device.GetFullAttributes(id)` gives all of them";
            return self.report(self.diagnose(Code::WRONG_ARITY, span, message).help(help));
        }
        let (question, asked) = match name {
            "GetSelectedAttributes" => (Question::Selected, "GetFullAttributes"),
            "GetSpeedOfTravel" => (Question::Speed, name),
            _ => (Question::Attributes, name),
        };
        let what =
            |span| hir::Expr { kind: Kind::Constant(Constant::String(Arc::from(asked))), ty: Type::String, span };
        let (json, written) = self.source_of(answer?, written, what, span);
        Some(bound(question, name, json, written))
    }

    /// The Json of an answer, and the arguments that are left to evaluate. A call takes the first argument for itself, and as its
    /// last one what `more` gives, if it has a parameter for it.
    fn source_of(
        &mut self,
        answer: Answer,
        mut written: Vec<hir::Expr>,
        more: impl FnOnce(Span) -> hir::Expr,
        span: Span,
    ) -> (hir::Expr, Vec<hir::Expr>) {
        match answer {
            // An attribute is the answer whatever is asked about.
            Answer::Attribute(path) => {
                let kind = Kind::Event(Some(self.path_id(&path)));
                (hir::Expr { kind, ty: Type::Json, span }, written.split_off(written.len().min(1)))
            }
            Answer::External(definition) => {
                let id = self.external_id(&definition);
                let rest = written.split_off(written.len().min(1));
                let mut given = written;
                if definition.parameters.is_some_and(|wanted| wanted > given.len()) {
                    given.push(more(span));
                }
                (hir::Expr { kind: Kind::External(id, given), ty: Type::Json, span }, rest)
            }
        }
    }
}

/// The arguments of a checked call.
fn operands(call: hir::Expr) -> Vec<hir::Expr> {
    if let Kind::Call(_, arguments) = call.kind { arguments } else { Vec::new() }
}

/// The event as JSON text.
fn event(span: Span) -> hir::Expr {
    convert(Conversion::ToText, hir::Expr { kind: Kind::Event(None), ty: Type::Json, span }, Type::String)
}

fn bound(question: Question, name: &'static str, json: hir::Expr, written: Vec<hir::Expr>) -> Kind {
    let callable: Arc<dyn Bound> = Arc::new(Answered::new(question, name));
    Kind::Bound(callable, std::iter::once(json).chain(written).collect())
}
