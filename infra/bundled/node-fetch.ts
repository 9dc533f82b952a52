/**
 * Stands in for the package of that name in the functions' bundles: Google's libraries load it where
 * they are given no fetch. Ours give them Node's, which the package does not do as well as.
 */
export default globalThis.fetch;
