# Reference numbers for the bundle `acitelli`. Run: Rscript script.R PATH/acipair.csv
suppressMessages({library(nlme); library(jsonlite)})
d <- read.csv(commandArgs(TRUE)[1])
d$Gender_A <- factor(d$Gender_A); d$husband <- as.numeric(d$Gender_A == "Husband"); d$wife <- 1 - d$husband
tight <- glsControl(tolerance = 1e-10, msTol = 1e-12)
same <- Satisfaction_A ~ OtherPos_A + OtherPos_P
apart <- Satisfaction_A ~ 0 + husband + wife + husband:OtherPos_A + wife:OtherPos_A + husband:OtherPos_P + wife:OtherPos_P
cs <- corCompSymm(form = ~ 1 | CoupleID)
fit <- function(f, w = NULL, method = "REML")
  gls(f, d, correlation = cs, weights = w, method = method, control = tight, na.action = na.omit)
show <- function(f) {
  k <- summary(f)$tTable
  list(logLik = as.numeric(logLik(f)), terms = rownames(k), estimate = as.numeric(k[, 1]), se = as.numeric(k[, 2]),
       sigma = f$sigma, rho = as.numeric(coef(f$modelStruct$corStruct, unconstrained = FALSE)),
       sd_ratio = as.numeric(coef(f$modelStruct$varStruct, unconstrained = FALSE)), n = f$dims$N)
}
w <- varIdent(form = ~ 1 | Gender_A)
small <- fit(same, method = "ML"); large <- fit(apart, w, "ML"); test <- anova(small, large)
out <- list(versions = list(R = R.version.string, nlme = as.character(packageVersion("nlme"))),
  interchangeable = show(fit(same)), interchangeable_ml = show(small), distinguishable = show(fit(apart, w)),
  distinguishable_ml = show(large), empty = show(fit(Satisfaction_A ~ 1)),
  test = list(statistic = test$L.Ratio[2], df = diff(test$df), p = test$`p-value`[2], levels = levels(d$Gender_A)))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "output.json")
