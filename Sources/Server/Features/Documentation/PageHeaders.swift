import HTTP

/// What browsers are told with each page and each file of a page.
enum PageHeaders {
  /// Nothing comes from anywhere else, nothing runs that stands in the page itself, and nobody may frame it.
  static let page = headers(styles: "'self'")

  /// Swagger UI sets the style of single elements.
  static let swaggerUI = headers(styles: "'self'; style-src-attr 'unsafe-inline'")

  static let file = [Header("X-Content-Type-Options", "nosniff")]

  private static func headers(styles: String) -> [Header] {
    [
      Header(
        "Content-Security-Policy",
        // Swagger UI draws its arrows from `data:` addresses.
        "default-src 'none'; script-src 'self'; style-src \(styles); connect-src 'self'; img-src 'self' data:; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
      Header("Referrer-Policy", "no-referrer"),
    ] + file
  }
}
