# Reference numbers for the bundle `generated_diary`. Run in its folder: Rscript script.R
suppressMessages({library(lme4); library(lmerTest); library(nlme); library(clubSandwich); library(pbkrtest); library(jsonlite)})
d <- read.csv("diary.csv")
d$fa <- as.numeric(d$role == "a"); d$fb <- 1 - d$fa
d$wa <- d$fa * d$within; d$wb <- d$fb * d$within; d$ma <- d$fa * d$between; d$mb <- d$fb * d$between
d$role <- factor(d$role); d$couple <- factor(d$couple); d$person <- factor(d$person)
fx <- y ~ 0 + fa + fb + wa + wb + ma + mb
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 2e5))
ctl <- lmeControl(opt = "nlminb", msMaxIter = 500, maxIter = 500, niterEM = 50, tolerance = 1e-9, msTol = 1e-11)

from_lmer <- function(f) {
  k <- summary(f)$coefficients
  re <- as.data.frame(ranef(f, condVar = TRUE))
  list(logLik = as.numeric(logLik(f)), estimate = k[, "Estimate"], se = k[, "Std. Error"], df = k[, "df"],
       p = k[, "Pr(>|t|)"], cov_re = as.matrix(Matrix::bdiag(lapply(VarCorr(f), as.matrix))), sigma = sigma(f),
       ranef = re$condval, ranef_sd = re$condsd, ranef_term = as.character(re$term), ranef_couple = as.character(re$grp))
}
from_nlme <- function(f, cr = TRUE) {
  b <- if (inherits(f, "gls")) coef(f) else fixef(f)
  out <- list(logLik = as.numeric(logLik(f)), estimate = b, se = sqrt(diag(as.matrix(vcov(f)))), sigma = f$sigma,
              phi = as.numeric(coef(f$modelStruct$corStruct, unconstrained = FALSE)),
              sd_ratio = as.numeric(coef(f$modelStruct$varStruct, unconstrained = FALSE)))
  if (cr) {
    t <- coef_test(f, vcov = "CR2", cluster = d$couple, test = "Satterthwaite")
    out$cr2 <- list(se = t$SE, df = t$df_Satt, p = t$p_Satt)
  }
  out
}
slopes <- lmer(update(fx, . ~ . + (0 + fa + fb + wa + wb | couple)), d, control = tight)
slopes_ml <- update(slopes, REML = FALSE)
diagonal <- lmer(update(fx, . ~ . + (0 + fa + fb + wa + wb || couple)), d, control = tight)
kr <- list(se = as.numeric(sqrt(diag(as.matrix(vcovAdj(slopes))))))
joint <- contest(slopes, rbind(c(0, 0, 1, -1, 0, 0), c(0, 0, 0, 0, 1, -1)), joint = TRUE)
ar <- lme(fx, random = ~ 0 + fa + fb | couple, data = d, weights = varIdent(form = ~ 1 | role),
          correlation = corCAR1(form = ~ day | couple/role), control = ctl)
het <- lme(fx, random = ~ 0 + fa + fb + wa + wb | couple, data = d, weights = varIdent(form = ~ 1 | role), control = ctl)
ar_gls <- gls(fx, d, weights = varIdent(form = ~ 1 | role), correlation = corCAR1(form = ~ day | person), method = "ML",
              control = glsControl(tolerance = 1e-9, msTol = 1e-11))
un_gls <- gls(fx, d, weights = varIdent(form = ~ 1 | role), correlation = corCompSymm(form = ~ 1 | couple/day),
              control = glsControl(tolerance = 1e-9, msTol = 1e-11))
out <- list(versions = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
              lmerTest = as.character(packageVersion("lmerTest")), nlme = as.character(packageVersion("nlme")),
              clubSandwich = as.character(packageVersion("clubSandwich")),
              pbkrtest = as.character(packageVersion("pbkrtest"))),
  slopes = c(from_lmer(slopes), list(kr = kr, joint = list(F = joint$`F value`, df = joint$DenDF, p = joint$`Pr(>F)`))),
  slopes_ml = from_lmer(slopes_ml), diagonal = from_lmer(diagonal), het = from_nlme(het), ar = from_nlme(ar),
  ar_gls = from_nlme(ar_gls), un_gls = from_nlme(un_gls))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "output.json")
