# Alpha, and omega total of one maximum-likelihood factor: R 4, stats only. The formulas are those of psych::alpha and of
# psych::omega with one factor, with factanal's loadings.
alpha <- function(S) { k <- ncol(S); k / (k - 1) * (1 - sum(diag(S)) / sum(S)) }
omega <- function(S) {
  if (ncol(S) == 2) return(alpha(S))
  f <- factanal(covmat = cov2cor(S), factors = 1, n.obs = 1000, control = list(opt = list(factr = 10)))
  l <- as.numeric(f$loadings) * sqrt(diag(S)); u <- f$uniquenesses * diag(S)
  sum(l)^2 / (sum(l)^2 + sum(u))
}
