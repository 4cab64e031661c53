import Options

/// What a person with a browser sees first: what this is, where the docs are, whether it is healthy.
enum FirstPage {
  /// The page; `obstacle` is what keeps the server from being ready, nil if nothing does, and `host` where the browser
  /// found it. `hasSwaggerUI` is false where Swagger UI is not installed.
  static func html(obstacle: String?, host: String, hasSwaggerUI: Bool) -> String {
    let docs = hasSwaggerUI ? "<li><a href=\"/api/docs/\">Read and try the API</a></li>\n" : ""
    let state =
      obstacle.map { "<p class=\"bad\">Not ready: \(HTML.escaped($0)).</p>" }
      ?? "<p class=\"good\">Ready: the database answers.</p>"
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Roster</title>
      <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath \
      d='M1 1h6v1H1zm0 2.5h6v1H1zM1 6h4v1H1z' fill='%232a9d4a'/%3E%3C/svg%3E">
      <link rel="stylesheet" href="/roster.css">
      </head>
      <body>
      <main>
      <h1>Roster</h1>
      <p>Customer data out of PostgreSQL, over HTTP. This is version \(Release.version).</p>
      \(state)
      <ul>
      \(docs)<li><a href="/openapi.json">The API as an OpenAPI document</a></li>
      <li><a href="/readyz">Readiness</a>, for probes</li>
      </ul>
      <p>Data needs a key. The next customers by id, in a terminal:</p>
      <pre>curl -H "X-CUTSOM-AUTH: $ROSTER_API_KEY" \
      "http://\(HTML.escaped(host))/customers?previous_id=0&amp;records=2"</pre>
      </main>
      </body>
      </html>

      """
  }

  static let stylesheet = """
    :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
    body { margin: 0; }
    main { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
    h1 { font-size: 2rem; margin: 0 0 1rem; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0.75rem 1rem; border: 1px solid #8884; border-radius: 0.4rem; }
    .good, .bad { padding: 0.5rem 1rem; border-left: 0.3rem solid; }
    .good { border-color: #2a9d4a; }
    .bad { border-color: #c8372d; }

    """
}

/// Text in HTML.
enum HTML {
  /// `text` with everything escaped that could be read as markup, between tags or inside of quotes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
