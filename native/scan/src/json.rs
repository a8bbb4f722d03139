//! Takes JSON apart into its strings.
