# Reference numbers for the bundle `barkalifa_diary`. Run: Rscript script.R PATH/diary.csv
# Yesterday's contentment of self and partner predicts today's anxiety; a lag is only taken over one calendar day.
suppressMessages({library(nlme); library(lme4); library(lmerTest); library(clubSandwich); library(jsonlite)})
d <- read.csv(commandArgs(TRUE)[1])
long <- rbind(data.frame(couple = d$ID, role = "man", day = d$DIARYDAY, y = d$M_Anx., own = d$M_Con., other = d$W_Con.),
              data.frame(couple = d$ID, role = "woman", day = d$DIARYDAY, y = d$W_Anx., own = d$W_Con., other = d$M_Con.))
long <- long[complete.cases(long), ]
person <- interaction(long$couple, long$role)
long$own_w <- long$own - ave(long$own, person); long$other_w <- long$other - ave(long$other, person)
long$m <- as.numeric(long$role == "man"); long$f <- 1 - long$m
for (v in c("own_w", "other_w")) for (r in c("m", "f")) long[[paste(v, r, sep = "_")]] <- long[[v]] * long[[r]]
long$role <- factor(long$role); long$couple <- factor(long$couple)
fx <- y ~ 0 + m + f + own_w_m + own_w_f + other_w_m + other_w_f
ctl <- lmeControl(opt = "nlminb", msMaxIter = 500, maxIter = 500, niterEM = 50, tolerance = 1e-9, msTol = 1e-11)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 2e5))
ar <- lme(fx, random = ~ 0 + m + f | couple, data = long, weights = varIdent(form = ~ 1 | role),
          correlation = corCAR1(form = ~ day | couple/role), control = ctl)
plain <- lmer(update(fx, . ~ . + (0 + m + f + own_w_m + own_w_f | couple)), long, control = tight)
k <- summary(plain)$coefficients; cr <- coef_test(ar, vcov = "CR2", cluster = long$couple, test = "Satterthwaite")
out <- list(versions = list(R = R.version.string, nlme = as.character(packageVersion("nlme")),
    lme4 = as.character(packageVersion("lme4")), lmerTest = as.character(packageVersion("lmerTest")),
    clubSandwich = as.character(packageVersion("clubSandwich"))), n = nrow(long),
  ar = list(logLik = as.numeric(logLik(ar)), estimate = as.numeric(fixef(ar)), se = as.numeric(sqrt(diag(vcov(ar)))),
    phi = as.numeric(coef(ar$modelStruct$corStruct, unconstrained = FALSE)), sigma = ar$sigma,
    sd_ratio = as.numeric(coef(ar$modelStruct$varStruct, unconstrained = FALSE)),
    cr2 = list(se = cr$SE, df = cr$df_Satt, p = cr$p_Satt)),
  plain = list(logLik = as.numeric(logLik(plain)), estimate = as.numeric(k[, 1]), se = as.numeric(k[, 2]),
    df = as.numeric(k[, 3]), p = as.numeric(k[, 5])))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "output.json")
