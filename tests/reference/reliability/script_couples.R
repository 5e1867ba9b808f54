# The same on real scales: Rscript script_couples.R <path of DRES.csv> (dySEM's DRES, both partners of 121 couples).
source("formulas.R")
d <- read.csv(commandArgs(trailingOnly = TRUE)[1])
rows <- c()
for (s in c("PRQC_", "sexsat")) for (p in c("1", "2")) {
  X <- d[grep(paste0("^", s, ".*\\.", p, "$"), names(d))]; X <- as.matrix(X[complete.cases(X), ])
  rows <- c(rows, sprintf('  "%s%s": {"n": %d, "alpha": %.10f, "omega": %.10f}', s, p, nrow(X), alpha(cov(X)), omega(cov(X))))
}
cat("{\n", paste(rows, collapse = ",\n"), "\n}\n", sep = "", file = "couples.json")
