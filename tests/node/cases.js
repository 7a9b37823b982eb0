// What tests of arrays in place share with the cases of ../conformance.

export { bits, everywhere, transposed, within } from "../conformance/check.js";
