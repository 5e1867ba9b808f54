# The loop a researcher would write with lme4: simulate a diary of both partners, fit, test; seconds per replicate.
# usage: Rscript power_peer.R COUPLES DAYS REPS SLOPES(pooled|roles)
suppressMessages({library(lme4); library(lmerTest)})
words <- commandArgs(trailingOnly = TRUE)
couples <- as.integer(words[1]); days <- as.integer(words[2]); reps <- as.integer(words[3]); slopes <- words[4]

simulate_diary <- function(effect) {
  n <- couples * 2 * days
  frame <- expand.grid(day = seq_len(days), role = c("woman", "man"), couple = seq_len(couples))
  person <- interaction(frame$couple, frame$role, drop = TRUE)
  x <- rnorm(couples)[frame$couple] * sqrt(.5) + rnorm(couples * 2)[as.integer(person)] * sqrt(.5) + rnorm(n)
  frame$partner <- c(matrix(x, days)[, as.vector(rbind(2 * seq_len(couples), 2 * seq_len(couples) - 1))])
  centre <- function(v) ave(v, person)
  frame$actor_within <- x - centre(x); frame$actor_between <- centre(x)
  frame$partner_within <- frame$partner - centre(frame$partner); frame$partner_between <- centre(frame$partner)
  frame$y <- effect * frame$partner_within + rnorm(couples)[frame$couple] + rnorm(couples * 2)[as.integer(person)] + rnorm(n)
  frame$weekend <- as.numeric(frame$day %% 7 >= 5); frame$woman <- as.numeric(frame$role == "woman"); frame$man <- 1 - frame$woman
  frame
}

formulas <- list(
  pooled = y ~ partner_within + partner_between + day + weekend + (0 + woman + man + partner_within | couple),
  roles = y ~ 0 + woman + man + woman:(actor_within + actor_between + partner_within + partner_between + day + weekend) +
    man:(actor_within + actor_between + partner_within + partner_between + day + weekend) +
    (0 + woman + man + woman:actor_within + man:actor_within + woman:partner_within + man:partner_within | couple)
)
began <- proc.time()[["user.self"]]
supported <- 0
for (r in seq_len(reps)) {
  set.seed(r)
  fit <- suppressMessages(suppressWarnings(lmer(formulas[[slopes]], simulate_diary(0.1))))
  table <- coef(summary(fit))
  tested <- grep("partner_within", rownames(table))
  supported <- supported + all(table[tested, "Pr(>|t|)"] < 0.05 & table[tested, "Estimate"] > 0)
}
cat((proc.time()[["user.self"]] - began) / reps, supported / reps, "\n")
