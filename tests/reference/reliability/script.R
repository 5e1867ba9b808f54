# Reliability overall, and on pooled within- and between-person covariances, of diary.csv.
source("formulas.R")
diary <- read.csv("diary.csv"); diary <- diary[complete.cases(diary), ]
items <- setdiff(names(diary), "person"); X <- as.matrix(diary[items]); g <- factor(diary$person)
M <- apply(X, 2, function(x) ave(x, g)); N <- nrow(X); G <- nlevels(g); n <- table(g)
W <- crossprod(X - M) / (N - G); P <- crossprod(sweep(M, 2, colMeans(X))) / (G - 1)
B <- (P - W) / ((N - sum(n^2) / N) / (G - 1))
show <- function(x) format(x, digits = 15)
cat(sprintf('{"n_rows": %d, "n_people": %d, "alpha": %s, "omega": %s, "alpha_within": %s, "omega_within": %s, "alpha_between": %s, "omega_between": %s, "r": "%s"}\n',
  N, G, show(alpha(cov(X))), show(omega(cov(X))), show(alpha(W)), show(omega(W)), show(alpha(B)), show(omega(B)),
  paste(R.version$major, R.version$minor, sep = ".")), file = "output.json")
