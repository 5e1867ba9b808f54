# The columns of an actor-partner model, as couples_study makes them. Base R only.
# d has one row per couple, partner and time: couple_id, person_id, role, time and the measures.
dyadic_columns <- function(d, outcome, autoregression = FALSE, actor = character(0), partner = character(0),
                           centering = "person", lag = 0, covariates = character(0), roles = character(0),
                           by_role = FALSE) {
  d <- d[order(d$couple_id, d$person_id, d$time), ]
  own <- paste(d$person_id, d$time, sep = "\r")
  people <- unique(d[c("couple_id", "person_id")])
  members <- split(people$person_id, people$couple_id)
  other <- unlist(lapply(members, function(m) if (length(m) == 2) setNames(rev(m), m)))
  names(other) <- unlist(lapply(members, function(m) if (length(m) == 2) m))
  partner_of <- unname(other[as.character(d$person_id)])
  said <- function(x, who, ago) d[[x]][match(paste(if (who == "own") d$person_id else partner_of, d$time - ago, sep = "\r"), own)]
  mean_of <- function(x, who) {
    m <- tapply(d[[x]], d$person_id, function(v) if (all(is.na(v))) NA else mean(v, na.rm = TRUE))
    list(mine = unname(m[as.character(if (who == "own") d$person_id else partner_of)]), all = mean(m, na.rm = TRUE))
  }
  out <- list()
  kinds <- if (centering == "person") c("within", "between") else centering
  add <- function(name, x, who, ago, kind) {
    m <- mean_of(x, who)
    out[[name]] <<- switch(kind, within = said(x, who, ago) - m$mine, between = m$mine - m$all,
                           grand = said(x, who, ago) - m$all, said(x, who, ago))
  }
  if (autoregression) add("autoregression", outcome, "own", 1, kinds[1])
  for (side in c("actor", "partner")) {
    columns <- if (side == "actor") actor else partner
    for (x in columns) for (kind in kinds) {
      name <- if (centering == "person") paste(side, kind, sep = ".") else side
      if (length(columns) > 1) name <- paste(name, x, sep = ".")
      add(name, x, if (side == "actor") "own" else "partner", lag, kind)
    }
  }
  for (x in covariates) out[[x]] <- if (x == "study_day") d$time - mean(d$time) else d[[x]]
  out <- as.data.frame(out, check.names = FALSE)
  keep <- stats::complete.cases(out) & !is.na(d[[outcome]])
  made <- data.frame(couple_id = d$couple_id, person_id = d$person_id, role = d$role, day = d$time,
                     intercept = rep(1, nrow(d)))
  made[[outcome]] <- d[[outcome]]
  for (name in names(out)) made[[name]] <- out[[name]]
  made <- made[keep, ]
  terms <- c("intercept", names(out))
  for (name in terms) for (r in roles)
    if (by_role || name == "intercept") made[[paste0(name, "[", r, "]")]] <- made[[name]] * (made$role == r)
  made
}
