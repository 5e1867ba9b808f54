# Alpha and omega total of one maximum-likelihood factor, overall and on pooled within- and between-person covariances.
# R 4, stats only: the formulas of psych::alpha and psych::omega (one factor), with factanal's loadings.
alpha <- function(S) { k <- ncol(S); k / (k - 1) * (1 - sum(diag(S)) / sum(S)) }
omega <- function(S) {
  if (ncol(S) == 2) return(alpha(S))
  f <- factanal(covmat = cov2cor(S), factors = 1, n.obs = 1000, control = list(opt = list(factr = 10)))
  l <- as.numeric(f$loadings) * sqrt(diag(S)); u <- f$uniquenesses * diag(S)
  sum(l)^2 / (sum(l)^2 + sum(u))
}
diary <- read.csv("diary.csv"); diary <- diary[complete.cases(diary), ]
items <- setdiff(names(diary), "person"); X <- as.matrix(diary[items]); g <- factor(diary$person)
M <- apply(X, 2, function(x) ave(x, g)); N <- nrow(X); G <- nlevels(g); n <- table(g)
W <- crossprod(X - M) / (N - G); P <- crossprod(sweep(M, 2, colMeans(X))) / (G - 1)
B <- (P - W) / ((N - sum(n^2) / N) / (G - 1))
show <- function(x) format(x, digits = 15)
cat(sprintf('{"n_rows": %d, "n_people": %d, "alpha": %s, "omega": %s, "alpha_within": %s, "omega_within": %s, "alpha_between": %s, "omega_between": %s, "r": "%s"}\n',
  N, G, show(alpha(cov(X))), show(omega(cov(X))), show(alpha(W)), show(omega(W)), show(alpha(B)), show(omega(B)),
  paste(R.version$major, R.version$minor, sep = ".")), file = "output.json")
