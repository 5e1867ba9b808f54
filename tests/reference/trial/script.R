# Reference numbers for the bundle `trial`. Run: Rscript script.R (in this folder)
# Analysis of covariance at week 16 with lm, couple-clustered by clubSandwich: CR3 is the bias reduction of Mancl and DeRouen.
# Growth: the same rows up to week 12 in lme4, one knot at 6, both partners' level and slope correlated, residual iid.
suppressMessages({library(clubSandwich); library(lme4); library(jsonlite)})
d <- read.csv("weekly.csv", stringsAsFactors = FALSE)
arms <- c("emotional_first", "physical_first", "simultaneous", "wait_list")
d$person <- paste(d$couple, d$slot)
before <- aggregate(phys ~ person, d[d$week <= 0, ], mean); names(before)[2] <- "base"
people <- unique(d[, c("person", "couple", "slot", "arm", "concern")])
people <- merge(people, before, all.x = TRUE)
people$base[is.na(people$base)] <- mean(people$base, na.rm = TRUE)
people$base <- people$base - mean(people$base)
at <- function(week) merge(people, d[d$week == week, c("person", "phys")])
test <- function(fit, rows, weights) {
  V <- as.matrix(vcovCR(fit, cluster = rows$couple, type = "CR3"))
  b <- sum(weights * coef(fit)); se <- sqrt(drop(t(weights) %*% V %*% weights)); df <- length(unique(rows$couple)) - 1
  list(estimate = b, se = se, df = df, p = 2 * pt(-abs(b / se), df))
}
rows <- at(16); rows$arm <- factor(rows$arm, arms)
end <- lm(phys ~ 0 + arm + base + I(slot - 0.5), rows)
rows$cell <- interaction(rows$arm, rows$concern, drop = TRUE)
cell <- lm(phys ~ 0 + cell + base + I(slot - 0.5), rows)
pick <- function(fit, plus, minus) as.numeric(names(coef(fit)) %in% plus) - as.numeric(names(coef(fit)) %in% minus)
phy <- pick(cell, "cellemotional_first.physical", "cellphysical_first.physical")
emo <- pick(cell, "cellemotional_first.emotional", "cellphysical_first.emotional")
# growth
last <- 12; g <- d[d$week <= last, ]
for (k in seq_along(arms)) {
  g[[paste0("g1", k)]] <- pmin(pmax(g$week, 0) / 6, 1) * (g$arm == arms[k])
  g[[paste0("g2", k)]] <- pmin(pmax((g$week - 6) / 6, 0), 1) * (g$arm == arms[k])
}
g$a <- as.numeric(g$slot == 0); g$b <- 1 - g$a; g$aw <- g$a * pmax(g$week, 0) / last; g$bw <- g$b * pmax(g$week, 0) / last
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 4e5))
growth <- lmer(phys ~ 1 + I(slot - 0.5) + g11 + g12 + g13 + g14 + g21 + g22 + g23 + g24 + (0 + a + aw + b + bw | couple), g, control = tight)
out <- list(
  versions = list(R = R.version.string, clubSandwich = as.character(packageVersion("clubSandwich")), lme4 = as.character(packageVersion("lme4"))),
  end = test(end, rows, pick(end, "armemotional_first", "armphysical_first")),
  stratum = test(cell, rows, phy), interaction = test(cell, rows, phy - emo),
  growth = list(logLik = as.numeric(logLik(growth)), estimate = as.numeric(fixef(growth)), se = as.numeric(sqrt(diag(as.matrix(vcov(growth)))))))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "output.json")
