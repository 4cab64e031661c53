/// The layers, and what each may lean on. `docs/ARCHITECTURE.md` draws the same picture.
enum Layers {
  /// From the bottom to the top. A module may import those of lower layers and none beside it.
  static let order: [Set<String>] = [
    ["Bytes", "Digest", "Progress"],
    ["Customers", "EventLoop", "Gzip", "OpenAPI", "Options", "SQLite"],
    ["JSON", "Personas", "Postgres", "HTTP", "Curl", "ODBC", "Meters"],
    ["APIClient", "Intake", "PersonaFiles", "Schema"],
    ["Server", "Generator", "Exporter"],
  ]

  /// The modules that do no I/O: values in, values out.
  static let withoutIO: Set<String> = [
    "Bytes", "Customers", "Digest", "Gzip", "Intake", "JSON", "OpenAPI", "Options", "Personas",
  ]

  /// What does I/O, so that the above may not lean on it.
  static let io: Set<String> = [
    "APIClient", "Curl", "EventLoop", "HTTP", "Meters", "ODBC", "PersonaFiles", "Postgres", "SQLite",
    "Schema",
  ]

  /// Each C library, and who alone may import it.
  static let wrappers: [String: Set<String>] = [
    "CCrypto": ["Digest"],
    "CCurl": ["Curl"],
    "CGetopt": ["Options"],
    "CLibPQ": ["Postgres"],
    "CLibUV": ["EventLoop"],
    "CODBC": ["ODBC"],
    "CPersonaData": ["Personas"],
    "CSQLite": ["SQLite"],
    "CSimdJSON": ["JSON"],
    "CZlib": ["Gzip"],
  ]

  /// The system's own. Foundation is not among them: it costs start-up time and memory.
  static let system: Set<String> = ["Glibc", "Synchronization"]

  static func level(of module: String) -> Int? {
    order.firstIndex { $0.contains(module) }
  }

  /// Why `file` must not import what it imports; one text a violation.
  static func violations(in file: SourceFile, manifest: Manifest) -> [String] {
    guard let own = level(of: file.module) else { return ["\(file.path): module in no layer"] }
    let declared = manifest.targets[file.module, default: []]
    return file.imports.compactMap { line, imported in
      let place = "\(file.path):\(line): imports \(imported)"
      if system.contains(imported) { return nil }
      if let allowed = wrappers[imported] {
        if !allowed.contains(file.module) { return "\(place), whose wrapper is \(allowed.sorted())" }
      } else if let level = level(of: imported) {
        if level >= own { return "\(place), which is not below \(file.module)" }
        if withoutIO.contains(file.module), io.contains(imported) { return "\(place), which does I/O" }
      } else {
        return "\(place), which is neither ours nor \(system.sorted())"
      }
      return declared.contains(imported) ? nil : "\(place), which Package.swift does not declare"
    }
  }
}
