//! Expressions as operations of the stack machine: all that no test of a slot tells.
//!
//! In: an expression. Out: its operations, operands first, behind those that are there. The walk recurses as deep as brackets
//! nest, which the parser bounds.

use super::build::Build;
use super::{Op, TextRef};
use crate::function::Function;
use crate::hir::{self, Constant, Expr, Kind, StepKind};
use crate::source::Span;
use crate::value::Type;
use std::sync::Arc;

impl Build<'_> {
    pub(super) fn expr(&mut self, e: &Expr) {
        let span = e.span;
        match &e.kind {
            Kind::Constant(constant) => {
                let op = match constant {
                    Constant::Bool(value) => Op::Bool(*value),
                    Constant::Int(value) => Op::Int(*value),
                    Constant::Double(value) => Op::Double(*value),
                    Constant::String(text) => Op::Text(self.text(&text.clone())),
                    Constant::CharSet(set) => Op::CharSet(*set),
                    Constant::DateTime(_) => Op::Constant(self.constant(constant)),
                    Constant::Null => Op::Null,
                };
                self.push(op, span);
            }
            Kind::Attribute(path) => {
                let op = match e.ty {
                    Type::Bool => Op::SlotBool(self.slot(e.ty, *path)),
                    Type::Int => Op::SlotInt(self.slot(e.ty, *path)),
                    Type::Double => Op::SlotDouble(self.slot(e.ty, *path)),
                    Type::DateTime => Op::SlotDate(self.slot(e.ty, *path)),
                    Type::Json => Op::Json(*path),
                    _ => Op::SlotText(self.slot(Type::String, *path)),
                };
                self.push(op, span);
            }
            Kind::Event(None) => {
                self.push(Op::Event, span);
            }
            Kind::Event(Some(path)) => {
                self.push(Op::Json(*path), span);
            }
            Kind::Exists(path) => {
                self.push(Op::Exists(*path), span);
            }
            Kind::Variable(id) if self.derived.inlines => {
                if let Some(bound) = self.hir.lets.get(*id as usize) {
                    self.expr(&bound.value);
                }
            }
            Kind::Variable(id) => {
                self.push(Op::Let(*id), span);
            }
            Kind::Decision => {
                self.push(Op::Decision, span);
            }
            Kind::GetVariable(id) => {
                self.push(Op::GetVariable(*id), span);
            }
            Kind::GetVariableNamed(name) => {
                self.expr(name);
                self.push(Op::GetVariableNamed, span);
            }
            Kind::Array(items) => {
                items.iter().for_each(|item| self.expr(item));
                self.push(Op::Array(items.len() as u32), span);
            }
            Kind::Object(members) => {
                members.iter().for_each(|(_, value)| self.expr(value));
                let refs: Vec<TextRef> = members.iter().map(|(key, _)| self.text(key)).collect();
                let keys = self.program.keys.len() as u32;
                self.program.keys.extend(refs);
                self.push(Op::Object { keys, count: members.len() as u32 }, span);
            }
            Kind::Not(operand) => {
                self.expr(operand);
                self.push(Op::Not, span);
            }
            Kind::Negate(operand) => {
                self.expr(operand);
                self.push(Op::Negate, span);
            }
            Kind::And(operands) => self.logic(operands, span, |end| Op::And { end }),
            Kind::Or(operands) => self.logic(operands, span, |end| Op::Or { end }),
            Kind::Conditional(parts) => {
                let [test, yes, no] = parts.as_ref();
                self.expr(test);
                let branch = self.push(Op::End, span);
                self.expr(yes);
                let jump = self.push(Op::End, span);
                let otherwise = self.next();
                self.expr(no);
                let end = self.next();
                self.patch(branch, Op::Branch { otherwise, end });
                self.patch(jump, Op::Jump(end));
            }
            Kind::Chain(first, links) => {
                self.expr(first);
                for link in links {
                    self.expr(&link.operand);
                    self.push(Op::Arithmetic(link.operator), first.span.to(link.operand.span));
                }
            }
            Kind::Compare(comparison, operands) => {
                operands.iter().for_each(|operand| self.expr(operand));
                // A comparison never fails; its place is that of what it may have to make a note of.
                let [left, right] = operands.as_ref();
                let json = if left.ty == Type::Json { left } else { right };
                let at = self.push(Op::Compare(*comparison), json.span);
                self.reads(at, json);
            }
            Kind::Steps(base, steps) => {
                self.expr(base);
                self.steps(base, steps);
            }
            Kind::Call(function, arguments) => {
                arguments.iter().for_each(|argument| self.expr(argument));
                self.call(function, arguments.len(), span);
            }
            Kind::Bound(callable, arguments) => {
                arguments.iter().for_each(|argument| self.expr(argument));
                let number = self.program.bound.len() as u32;
                self.program.bound.push(callable.clone());
                let (count, can_fail) = (arguments.len() as u16, callable.can_fail());
                let at = self.push(Op::Bound { callable: number, count, can_fail }, span);
                if let (Some(_), Some(from)) = (callable.reads(), arguments.first()) {
                    self.reads(at, from);
                }
            }
            Kind::External(call, arguments) => {
                arguments.iter().for_each(|argument| self.expr(argument));
                self.push(Op::External { call: *call, count: arguments.len() as u32 }, span);
            }
            Kind::Diagnostics(call) => {
                self.expr(call);
                let op = if let Kind::Variable(id) = call.kind { Op::DiagnosticsOf(id) } else { Op::Diagnostics };
                self.push(op, span);
            }
            Kind::ReadOr(constant, operand) => {
                self.expr(operand);
                let constant = self.constant(constant);
                let at = self.push(Op::ReadOr { ty: e.ty, constant }, span);
                self.reads(at, operand);
            }
            Kind::Convert(conversion, operand) => {
                self.expr(operand);
                let at = self.push(Op::Convert(*conversion, e.ty), span);
                self.reads(at, operand);
            }
        }
    }

    fn constant(&mut self, constant: &Constant) -> u32 {
        self.program.constants.push(constant.clone());
        self.program.constants.len() as u32 - 1
    }

    /// An operation reads the value of an expression: if that is a part of the event, a note names its path (L3.5).
    fn reads(&mut self, at: u32, from: &Expr) {
        if let Kind::Attribute(path) | Kind::Event(Some(path)) = from.kind {
            self.program.note_paths.push((at, path));
        }
    }

    /// The operations of steps whose base is on the stack.
    pub(super) fn steps(&mut self, base: &Expr, steps: &[hir::Step]) {
        for (number, step) in steps.iter().enumerate() {
            let at = self.step(step);
            if number == 0 {
                self.reads(at, base);
            }
        }
    }

    /// The operation of a step.
    fn step(&mut self, step: &hir::Step) -> u32 {
        step.operands().iter().for_each(|operand| self.expr(operand));
        let op = match &step.kind {
            StepKind::Member(name) => Op::Member(self.text(name)),
            StepKind::MemberNamed(_) => Op::MemberNamed,
            StepKind::Element(_) => Op::Element,
            StepKind::Field(name) => Op::Field { name: self.text(&Arc::from(*name)), ty: step.ty },
            StepKind::Convert(conversion) => Op::Convert(*conversion, step.ty),
            StepKind::Method(row, arguments) => return self.call(row, arguments.len() + 1, step.span),
        };
        self.push(op, step.span)
    }

    /// A call of a row whose so many arguments are on the stack.
    pub(super) fn call(&mut self, function: &'static Function, count: usize, span: Span) -> u32 {
        match u8::try_from(count) {
            Ok(count) => self.push(Op::Call { function, count }, span),
            Err(_) => {
                self.push(Op::Count(count as u32), span);
                self.push(Op::CallMany { function }, span)
            }
        }
    }

    fn logic(&mut self, operands: &[Expr], span: Span, op: impl Fn(u32) -> Op) {
        let mut jumps = Vec::new();
        for (at, operand) in operands.iter().enumerate() {
            if at > 0 {
                jumps.push(self.push(Op::End, span));
            }
            self.expr(operand);
        }
        let end = self.next();
        for jump in jumps {
            self.patch(jump, op(end));
        }
    }
}
