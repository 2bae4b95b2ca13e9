//! `Math.*`: angles in radians, and the two constants (L6.2).

use crate::function::functions;

functions! {
    /// Angles and constants (L6.2).
    pub(super) static TRIGONOMETRY;

    /// The sine of an angle in radians
    ///
    /// ```fql
    /// Math.Sin(0) => 0.0
    /// ```
    immutable static Math.Sin(angle: f64) -> f64 { angle.sin() }

    /// The cosine of an angle in radians
    ///
    /// ```fql
    /// Math.Cos(0) => 1.0
    /// ```
    immutable static Math.Cos(angle: f64) -> f64 { angle.cos() }

    /// The tangent of an angle in radians
    ///
    /// ```fql
    /// Math.Tan(0) => 0.0
    /// ```
    immutable static Math.Tan(angle: f64) -> f64 { angle.tan() }

    /// The angle in radians whose sine is the number
    ///
    /// ```fql
    /// Math.Asin(0) => 0.0
    /// ```
    immutable static Math.Asin(value: f64) -> f64 { value.asin() }

    /// The angle in radians whose cosine is the number
    ///
    /// ```fql
    /// Math.Acos(1) => 0.0
    /// ```
    immutable static Math.Acos(value: f64) -> f64 { value.acos() }

    /// The angle in radians whose tangent is the number
    ///
    /// ```fql
    /// Math.Atan(0) => 0.0
    /// ```
    immutable static Math.Atan(value: f64) -> f64 { value.atan() }

    /// The angle in radians of the point at `x` and `y`
    ///
    /// ```fql
    /// Math.Atan2(0, 1) => 0.0
    /// ```
    immutable static Math.Atan2(y: f64, x: f64) -> f64 { y.atan2(x) }

    /// The hyperbolic sine
    ///
    /// ```fql
    /// Math.Sinh(0) => 0.0
    /// ```
    immutable static Math.Sinh(value: f64) -> f64 { value.sinh() }

    /// The hyperbolic cosine
    ///
    /// ```fql
    /// Math.Cosh(0) => 1.0
    /// ```
    immutable static Math.Cosh(value: f64) -> f64 { value.cosh() }

    /// The hyperbolic tangent
    ///
    /// ```fql
    /// Math.Tanh(0) => 0.0
    /// ```
    immutable static Math.Tanh(value: f64) -> f64 { value.tanh() }

    /// The ratio of a circle's circumference to its diameter
    ///
    /// ```fql
    /// Math.PI => 3.141592653589793
    /// ```
    immutable constant Math.PI() -> f64 { std::f64::consts::PI }

    /// The base of natural logarithms
    ///
    /// ```fql
    /// Math.E => 2.718281828459045
    /// ```
    immutable constant Math.E() -> f64 { std::f64::consts::E }
}
