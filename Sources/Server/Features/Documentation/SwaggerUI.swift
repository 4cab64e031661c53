import Glibc
import HTTP

/// The files of Swagger UI, as `scripts/swagger-ui` lays them into a folder: each as it is and compressed.
struct SwaggerUI: Sendable {
  /// A file that is served; no other name is looked for.
  struct File: Sendable {
    let name: String
    let type: StaticString
    let isCompressible: Bool
  }

  static let files = [
    File(name: "swagger-ui.css", type: "text/css; charset=utf-8", isCompressible: true),
    File(name: "swagger-ui-bundle.js", type: "text/javascript; charset=utf-8", isCompressible: true),
    File(name: "favicon-32x32.png", type: "image/png", isCompressible: false),
  ]

  let folder: String
  let version: String

  /// Swagger UI in `folder`; nil if it is not there.
  init?(folder: String) {
    guard let version = try? FileContents.read("\(folder)/VERSION", mebibytes: 1) else { return nil }
    let text = String(decoding: version, as: UTF8.self).filter { $0.isLetter || $0.isNumber || $0 == "." }
    guard !text.isEmpty, Self.files.allSatisfy({ access("\(folder)/\($0.name)", R_OK) == 0 }) else {
      return nil
    }
    self.folder = folder
    self.version = text
  }

  /// Where it is looked for if nobody says: beside the installed program, then in the checkout.
  static var usualFolders: [String] {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = readlink("/proc/self/exe", &path, path.count - 1)
    let program = path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
    let folder = String(decoding: program, as: UTF8.self).split(separator: "/").dropLast(2)
    return ["/\(folder.joined(separator: "/"))/share/roster/swagger-ui", "generated/swagger-ui"]
  }

  static func found(_ folder: String?) -> SwaggerUI? {
    (folder.map { [$0] } ?? usualFolders).lazy.compactMap { SwaggerUI(folder: $0) }.first
  }

  /// Reads a file, compressed if `isPacked`; to be called off the loop.
  func read(_ file: File, isPacked: Bool) throws -> [UInt8] {
    try FileContents.read("\(folder)/\(file.name)\(isPacked ? ".gz" : "")", mebibytes: 16)
  }

  /// The page that shows the document. Addresses carry the version, so that files can be kept for good.
  var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Roster: the API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css?v=\(version)">
    <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png?v=\(version)">
    </head>
    <body>
    <div id="swagger-ui"></div>
    <script src="/api/docs/swagger-ui-bundle.js?v=\(version)"></script>
    <script src="/api/docs/start.js"></script>
    </body>
    </html>

    """
  }

  /// Without `validatorUrl` Swagger UI would show the document to a server far away.
  static let script = """
    "use strict";
    window.ui = SwaggerUIBundle({
      url: "/openapi.json",
      dom_id: "#swagger-ui",
      deepLinking: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      validatorUrl: null,
    });

    """
}
