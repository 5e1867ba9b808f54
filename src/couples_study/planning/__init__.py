"""Planning a study: what would be fitted, scenarios with known truth, and the synthetic studies made from them."""
