# Written by generate.py. Run in this folder: Rscript script.R
suppressMessages({library(jsonlite)})
d <- read.csv("../generated_diary/diary.csv")
d$one <- 1; d$fa <- as.numeric(d$role == "a"); d$fb <- 1 - d$fa; d$partner_sign <- d$fa - d$fb
d$wa <- d$fa * d$within; d$wb <- d$fb * d$within; d$ma <- d$fa * d$between; d$mb <- d$fb * d$between
out <- list()

# d: one row per couple, partner and day
library(lmerTest)
fit <- lmer(y ~ 0 + fa + fb + wa + wb + ma + mb + (0 + fa + fb + wa + wb | couple),
  data = d, REML = TRUE)

out[['lme4 slopes']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
library(lmerTest)
fit <- lmer(y ~ 0 + fa + fb + wa + wb + ma + mb + (0 + fa + fb || couple),
  data = d, REML = FALSE)

out[['lme4 diagonal ML']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
d$one_a <- d$one * (d$role == "a")
d$one_b <- d$one * (d$role == "b")
library(lmerTest)
fit <- lmer(y ~ 0 + fa + fb + wa + wb + ma + mb + (0 + one_a + one_b | couple),
  data = d, REML = TRUE)

out[['lme4 partner-wise']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
# not in this program: a negative same-day covariance
# partner_sign: 1 for one partner of each couple, -1 for the other
d$one_diff <- d$one * d$partner_sign
library(lmerTest)
fit <- lmer(y ~ 0 + one + within + between + (0 + one | couple) + (0 + one_diff | couple) + (1 | couple:day),
  data = d, REML = TRUE)

out[['lme4 exchangeable']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
# not in this program: a negative rho (corCAR1 runs from 0 to 1)
library(nlme)
fit <- lme(y ~ 0 + fa + fb + wa + wb + ma + mb,
  data = d,
  random = list(couple = pdSymm(~ 0 + fa + fb)),
  weights = varIdent(form = ~ 1 | role),
  correlation = corCAR1(form = ~ day | couple/role),
  method = "REML",
  control = lmeControl(opt = "optim", msMaxIter = 500, maxIter = 500, niterEM = 25))

out[['nlme AR']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
# not in this program: a negative rho (corCAR1 runs from 0 to 1)
library(nlme)
fit <- lme(y ~ 0 + fa + fb + wa + wb + ma + mb,
  data = d,
  random = list(couple = pdDiag(~ 0 + fa + fb)),
  weights = varIdent(form = ~ 1 | role),
  correlation = corCAR1(form = ~ day | couple/role),
  method = "ML",
  control = lmeControl(opt = "optim", msMaxIter = 500, maxIter = 500, niterEM = 25))

out[['nlme diagonal AR ML']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
library(nlme)
fit <- lme(y ~ 0 + fa + fb + wa + wb + ma + mb,
  data = d,
  random = list(couple = pdSymm(~ 0 + fa + fb)),
  weights = varIdent(form = ~ 1 | role),
  correlation = corCompSymm(form = ~ 1 | couple/day),
  method = "REML",
  control = lmeControl(opt = "optim", msMaxIter = 500, maxIter = 500, niterEM = 25))

out[['nlme same day']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
# not in this program: a negative rho (corCAR1 runs from 0 to 1)
# partner_sign: 1 for one partner of each couple, -1 for the other
d$one_diff <- d$one * d$partner_sign
library(nlme)
fit <- lme(y ~ 0 + one + within + between,
  data = d,
  random = list(couple = pdBlocked(list(pdSymm(~ 0 + one), pdSymm(~ 0 + one_diff)))),
  correlation = corCAR1(form = ~ day | couple/role),
  method = "REML",
  control = lmeControl(opt = "optim", msMaxIter = 500, maxIter = 500, niterEM = 25))

out[['nlme exchangeable AR']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
library(nlme)
fit <- gls(y ~ 0 + fa + fb + wa + wb + ma + mb,
  data = d,
  weights = varIdent(form = ~ 1 | role),
  correlation = corCompSymm(form = ~ 1 | couple/day),
  method = "REML")

out[['nlme gls']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(if (inherits(fit, 'gls')) coef(fit) else fixef(fit)))

# d: one row per couple, partner and day
library(glmmTMB)
fit <- glmmTMB(y ~ 0 + fa + fb + wa + wb + ma + mb + us(0 + fa + fb | couple),
  data = d, dispformula = ~ 0 + role, REML = TRUE)

out[['glmmTMB roles']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(fixef(fit)$cond))

# d: one row per couple, partner and day
library(glmmTMB)
d$role <- factor(d$role)
fit <- glmmTMB(y ~ 0 + fa + fb + wa + wb + ma + mb + us(0 + fa + fb | couple) + us(0 + role | couple:day),
  data = d, dispformula = ~ 0, REML = TRUE)

out[['glmmTMB same day']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(fixef(fit)$cond))

# d: one row per couple, partner and day
# partner_sign: 1 for one partner of each couple, -1 for the other
d$one_diff <- d$one * d$partner_sign
library(glmmTMB)
d$day_factor <- factor(d$day, levels = min(d$day):max(d$day))
fit <- glmmTMB(y ~ 0 + one + within + between + us(0 + one | couple) + us(0 + one_diff | couple) + ar1(0 + day_factor | couple:role),
  data = d, dispformula = ~ 0, REML = TRUE)

out[['glmmTMB exchangeable AR']] <- list(logLik = as.numeric(logLik(fit)), estimate = as.numeric(fixef(fit)$cond))


out$versions <- list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
  nlme = as.character(packageVersion("nlme")), glmmTMB = as.character(packageVersion("glmmTMB")))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "output.json")
