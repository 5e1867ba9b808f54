# The peers' fits of one diary. usage: Rscript peers.R FILE.csv REPEATS JOB... ; one JSON object a line
suppressMessages({library(lme4); library(nlme); library(jsonlite)})
arguments <- commandArgs(TRUE); d <- read.csv(arguments[1]); repeats <- as.integer(arguments[2])
d$role <- factor(d$role)
fixed <- y ~ 0 + fa + fb + wa + wb + ma + mb
random <- y ~ 0 + fa + fb + wa + wb + ma + mb + (0 + fa + fb + wa + wb | couple)
search <- lmeControl(opt = "optim", msMaxIter = 400, maxIter = 400, niterEM = 25)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 2e5))
jobs <- list(
  lmer = function() lmer(random, d),
  lmer_tight = function() lmer(random, d, control = tight),
  lme_ar = function() lme(fixed, random = ~ 0 + fa + fb + wa + wb | couple, data = d, weights = varIdent(form = ~ 1 | role),
                          correlation = corCAR1(form = ~ day | couple/role), control = search))
report <- function(name, seconds, fit) {
  k <- if (inherits(fit, "lme")) summary(fit)$tTable[, 1:2] else summary(fit)$coefficients[, 1:2]
  cat(toJSON(list(job = name, seconds = seconds, llf = as.numeric(logLik(fit)), params = k[, 1], bse = k[, 2]),
             auto_unbox = TRUE, digits = NA), "\n")
}
for (name in arguments[-(1:2)]) {
  if (name == "refit") {
    fit <- suppressWarnings(jobs$lmer()); set.seed(1); new <- simulate(fit, 10)
    seconds <- system.time(for (i in 1:10) suppressWarnings(refit(fit, new[[i]])))[[3]] / 10
    cat(toJSON(list(job = name, seconds = seconds), auto_unbox = TRUE, digits = NA), "\n"); next
  }
  seconds <- Inf
  for (i in seq_len(repeats)) seconds <- min(seconds, system.time(fit <- suppressWarnings(jobs[[name]]()))[[3]])
  report(name, seconds, fit)
}
