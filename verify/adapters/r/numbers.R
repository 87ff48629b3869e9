# Numbers as docs/conform.md writes them. Requests are parsed by parse_json, which rounds decimals
# correctly (as.numeric of R does not always) and here gives lists: a vector of numbers and bit
# strings would become text with 15 digits.

BITS <- c("NaN" = "7ff8000000000000", "Inf" = "7ff0000000000000", "-Inf" = "fff0000000000000",
          "-0" = "8000000000000000")

# A real number: a number, or the 16 hexadecimal digits of its bit pattern.
real <- function(value) {
  if (is.numeric(value) && length(value) == 1) return(as.numeric(value))
  if (!is.character(value) || !grepl("^[0-9a-fA-F]{16}$", value)) {
    stop("a number or 16 hexadecimal digits are needed")
  }
  at <- seq(1, 15, 2)
  readBin(as.raw(strtoi(substring(value, at, at + 1), 16L)), "double", endian = "big")
}

reals <- function(values, length = base::length(values)) {
  if (base::length(values) != length) {
    stop(sprintf("a list of %d numbers where %d are needed", base::length(values), length))
  }
  numbers <- unlist(values, use.names = FALSE)
  if (is.numeric(numbers) && base::length(numbers) == length) return(as.numeric(numbers))
  vapply(values, real, 0)
}

# A list of lists as a matrix, a row for each.
real_matrix <- function(rows, columns) {
  t(matrix(vapply(rows, reals, numeric(columns), length = columns), columns))
}

# How numbers are answered: 17 digits, and bit strings for what JSON cannot write.
shown <- function(values) {
  text <- sprintf("%.17g", values)
  special <- !is.finite(values) | text == "-0"
  text[special] <- sprintf("\"%s\"", BITS[text[special]])
  text
}

shown_list <- function(values) paste0("[", paste(shown(values), collapse = ","), "]")

# A function to a grid of multiples of 2^-32, section 3 of docs/spec.md.
RN32 <- function(y) round(y * 2^32) / 2^32

# raw >> 11 of a raw in decimal digits. Split as h*10^10 + l every product is below 2^53:
# 10^10 is 4882812*2^11 + 1024.
top53 <- function(raw) {
  low <- pmax(nchar(raw) - 9, 1)
  h <- vapply(substr(raw, 1, low - 1), function(d) if (nzchar(d)) as.numeric(d) else 0, 0)
  l <- as.numeric(substr(raw, low, nchar(raw)))
  unname(h * 4882812 + floor((h * 1024 + l) / 2048))
}

normals_from_raws <- function(raws) {
  u <- matrix(top53(as.character(raws)), 2) * 2^-53
  r <- RN32(sqrt(-2 * log(1 - u[1, ])))
  as.vector(rbind(r * RN32(cospi(2 * u[2, ])), r * RN32(sinpi(2 * u[2, ]))))
}
