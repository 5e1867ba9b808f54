# Reference numbers for the bundle `blch9_mediation`. Run: Rscript script.R PATH/blch9.csv
suppressMessages({library(nlme); library(lme4); library(lmerTest); library(jsonlite)})
d <- read.csv(commandArgs(TRUE)[1])
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 2e5))
show <- function(f) {
  k <- summary(f)$coefficients
  list(logLik = as.numeric(logLik(f)), estimate = as.numeric(k[, 1]), se = as.numeric(k[, 2]), df = as.numeric(k[, 3]),
       p = as.numeric(k[, 5]), cov_re = as.matrix(VarCorr(f)$id)[, ], sigma = sigma(f))
}
# The printed model stacks both equations: one row of m and one of y per day, with a linear trend in each.
stack <- rbind(data.frame(id = d$id, eq = "m", z = d$m, time = d$time, x = d$x, m = d$m),
               data.frame(id = d$id, eq = "y", z = d$y, time = d$time, x = d$x, m = d$m))
stack$trend <- (stack$time - 11) / 10; stack$dm <- as.numeric(stack$eq == "m"); stack$dy <- 1 - stack$dm
stack$a <- stack$dm * stack$x; stack$b <- stack$dy * stack$m; stack$c <- stack$dy * stack$x
ctl <- lmeControl(opt = "optim", msMaxIter = 500, maxIter = 500, niterEM = 50, tolerance = 1e-9)
both <- lme(z ~ 0 + dm + dy + a + b + c + dm:trend + dy:trend, random = ~ 0 + a + b + c | id, data = stack,
            weights = varIdent(form = ~ 1 | eq), control = ctl)
G <- as.matrix(getVarCov(both))
stacked <- list(logLik = as.numeric(logLik(both)), estimate = as.numeric(fixef(both)),
                se = as.numeric(sqrt(diag(vcov(both)))), cov_re = matrix(G, 3), sigma = both$sigma,
                sd_ratio = as.numeric(coef(both$modelStruct$varStruct, unconstrained = FALSE)))
out <- list(versions = list(R = R.version.string, nlme = as.character(packageVersion("nlme")), lme4 = as.character(packageVersion("lme4")),
                            lmerTest = as.character(packageVersion("lmerTest"))),
  stacked = stacked, a_path = show(lmer(m ~ x + (x | id), d, control = tight)),
  b_path = show(lmer(y ~ x + m + (x + m | id), d, control = tight)))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "output.json")
