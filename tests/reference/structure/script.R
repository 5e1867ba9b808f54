# Maximum-likelihood factors with quartimin (oblimin of gamma 0), and the eigenvalues of parallel analysis: psych, GPArotation.
suppressPackageStartupMessages({library(psych); library(GPArotation)})
X <- read.csv("items.csv"); strand <- rep(1:4, each = 5)
set.seed(1)  # GPArotation starts from the identity; the seed is for nothing but safety
f <- factanal(X, 4, rotation = "none", control = list(nstart = 5, opt = list(factr = 10)))
r <- oblimin(unclass(loadings(f)), Tmat = diag(4), gam = 0, normalize = FALSE, eps = 1e-10, maxit = 10000)
L <- r$loadings; Phi <- r$Phi
place <- apply(abs(L), 2, function(x) which.max(tapply(x, strand, sum))); o <- order(place)
L <- L[, o]; Phi <- Phi[o, o]; s <- sapply(1:4, function(k) sign(sum(L[strand == k, k]))); L <- sweep(L, 2, s, "*"); Phi <- Phi * outer(s, s)
R <- cor(X)
bic <- sapply(1:5, function(k) { g <- factanal(X, k, rotation = "none", control = list(nstart = 5, opt = list(factr = 10)))
  S <- tcrossprod(unclass(loadings(g))) + diag(g$uniquenesses); n <- nrow(X); p <- ncol(X)
  n * (as.numeric(determinant(S)$modulus) + sum(diag(solve(S, R)))) + log(n) * (p * k + p - k * (k - 1) / 2) })
show <- function(x) paste0("[", paste(format(as.numeric(x), digits = 12), collapse = ", "), "]")
cat(sprintf('{"loadings": %s, "correlations": %s, "bic": %s, "kept": %d, "r": "%s", "psych": "%s"}\n', show(t(L)), show(Phi), show(bic),
  fa.parallel(X, fa = "pc", quant = .95, n.iter = 500, plot = FALSE, sim = TRUE)$ncomp,
  paste(R.version$major, R.version$minor, sep = "."), packageVersion("psych")), file = "output.json")
