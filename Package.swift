// swift-tools-version: 6.2
// The targets and the arrows between them; docs/ARCHITECTURE.md draws the same picture, and
// Tests/ArchitectureTests holds the imports to it.
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Sources do without the engine of regular expressions: one `text.contains("ab")` links megabytes of it into
/// the static programs.
let withoutRegex: [SwiftSetting] = [
  .unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])
]

/// Whether two accesses to one variable overlap is checked while the program runs in debug builds, and so in all tests,
/// with both sanitizers too. In a release build the checks alone were a sixth of the instructions of a request
/// (docs/performance.md); bounds and overflow are checked there as well.
let exclusivity: [SwiftSetting] = [
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

/// The release programs carry the Swift runtime, so that they start fast and need only C libraries.
let program: [LinkerSetting] = [
  .unsafeFlags(["-static-stdlib"], .when(configuration: .release))
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict + withoutRegex + exclusivity)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, swiftSettings: strict + withoutRegex + exclusivity,
    linkerSettings: program)
}

/// Some files of a program or of the tests as a module of their own, for the fuzz targets: no more is built than they
/// need.
func part(_ name: String, _ dependencies: [Target.Dependency], path: String, _ files: [String]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, sources: files, swiftSettings: strict + exclusivity)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests",
    swiftSettings: strict)
}

let package = Package(
  name: "roster",
  products: [
    .executable(name: "server", targets: ["Server"]),
    .executable(name: "generator", targets: ["Generator"]),
    .executable(name: "exporter", targets: ["Exporter"]),
  ],
  targets: [
    // One C library each.
    .systemLibrary(name: "CLibUV", pkgConfig: "libuv"),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq"),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CGetopt"),
    .systemLibrary(name: "CODBC", pkgConfig: "odbc"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
    .target(
      name: "CSimdJSON", cxxSettings: [.unsafeFlags(["-O2"])],
      linkerSettings: [.linkedLibrary("simdjson")]),
    // The resource is embedded with C23's #embed: SwiftPM's own way takes minutes for a megabyte.
    .target(name: "CPersonaData", exclude: ["personas.bin", "README.md", "FAKER-LICENSE.txt"]),

    // Values, without I/O.
    library("Bytes", []),
    library("Customers", ["Bytes"]),
    library("Digest", ["CCrypto"]),
    library("Gzip", ["Bytes", "CZlib"]),
    library("JSON", ["Bytes", "CSimdJSON"]),
    library("OpenAPI", ["Bytes"]),
    library("Intake", ["Bytes", "Customers", "JSON"]),
    library("Options", ["Bytes", "CGetopt"]),
    library("Progress", []),
    library("Personas", ["Bytes", "Customers", "CPersonaData"]),

    // The loop, and what runs on it.
    library("EventLoop", ["Bytes", "CLibUV"]),
    library("Postgres", ["Bytes", "EventLoop", "CLibPQ"]),
    library("HTTP", ["Bytes", "EventLoop", "Gzip", "OpenAPI"]),
    library("Curl", ["Bytes", "EventLoop", "CCurl"]),
    library("ODBC", ["Bytes", "EventLoop", "CODBC"]),
    library("SQLite", ["CSQLite"]),
    library("Meters", ["EventLoop", "Progress"]),
    library("PersonaFiles", ["Bytes", "Customers", "EventLoop", "Personas"]),
    library("APIClient", ["Bytes", "Options"]),
    .target(
      name: "Schema", dependencies: ["Digest", "EventLoop", "Postgres"],
      resources: [.embedInCode("Migrations")],
      swiftSettings: strict + withoutRegex + exclusivity),

    // The three programs.
    program(
      "Server",
      [
        "APIClient", "Bytes", "Curl", "Customers", "Digest", "Gzip", "Intake", "JSON", "Meters", "OpenAPI",
        "Options", "EventLoop", "PersonaFiles", "Postgres", "HTTP", "ODBC", "Schema",
      ]),
    program(
      "Generator",
      [
        "Bytes", "Meters", "Options", "Progress", "Personas", "PersonaFiles", "EventLoop",
        "Postgres", "Schema",
      ]),
    program(
      "Exporter",
      [
        "APIClient", "Bytes", "Customers", "Digest", "Gzip", "JSON", "Options", "Progress", "EventLoop",
        "Curl", "SQLite",
      ]),

    // Measures the forms of a row; bench/ is not part of any product.
    .executableTarget(
      name: "RowForms", dependencies: ["Bytes", "Customers"], path: "bench/RowForms", swiftSettings: strict),

    // A folder of tests for each of the above, and what they share.
    .target(
      name: "TestSupport", dependencies: ["EventLoop", "Postgres"], path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("Architecture", []),
    // Starts the release programs; of ours only what tests share is linked in.
    tests("Process", ["EventLoop", "TestSupport"]),
    tests("Bytes", ["Bytes"]),
    tests("EventLoop", ["Bytes", "EventLoop", "TestSupport"]),
    tests("HTTP", ["Bytes", "EventLoop", "Gzip", "HTTP", "OpenAPI", "TestSupport"]),
    tests(
      "Server",
      [
        "Bytes", "Digest", "EventLoop", "HTTP", "Intake", "ODBC", "OpenAPI", "Options", "Postgres", "Schema",
        "Server", "TestSupport",
      ]),
    tests(
      "Generator",
      [
        "Bytes", "Customers", "EventLoop", "Generator", "Meters", "Options", "Personas", "Postgres",
        "Schema",
        "TestSupport",
      ]),
    tests("Personas", ["Bytes", "Customers", "Personas"]),
    tests("Customers", ["Bytes", "Customers"]),
    tests("Digest", ["Digest"]),
    tests("Gzip", ["Bytes", "Gzip"]),
    tests("Meters", ["EventLoop", "Meters", "TestSupport"]),
    tests("APIClient", ["APIClient", "Options"]),
    tests("PersonaFiles", ["Bytes", "Customers", "EventLoop", "PersonaFiles", "Personas", "TestSupport"]),
    tests("Intake", ["Bytes", "Customers", "Intake"]),
    tests("ODBC", ["EventLoop", "ODBC", "Postgres", "TestSupport"]),
    tests("SQLite", ["SQLite"]),
    tests("OpenAPI", ["Bytes", "JSON", "OpenAPI"]),
    tests("Options", ["Options"]),
    tests("Progress", ["Progress"]),
    tests("JSON", ["Bytes", "Customers", "JSON"]),
    tests("Postgres", ["Bytes", "CLibPQ", "EventLoop", "Postgres", "TestSupport"]),
    tests("Schema", ["Customers", "EventLoop", "Postgres", "Schema", "TestSupport"]),
    tests("Curl", ["Bytes", "EventLoop", "Curl", "TestSupport"]),
    tests(
      "Exporter",
      [
        "APIClient", "Bytes", "Customers", "Digest", "Gzip", "JSON", "EventLoop", "Curl", "Exporter",
        "Options",
        "SQLite", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x,
  cxxLanguageStandard: .cxx17
)

// What `fuzz/run` builds, in place of the programs and their tests: see fuzz/README.md.
if Context.environment["ROSTER_FUZZ"] != nil {
  var fuzzed: Set = ["HTTP", "Intake", "JSON", "Customers", "Digest", "SQLite"]
  for target in package.targets.reversed() where fuzzed.contains(target.name) {
    // Targets stand behind those that they depend on.
    for case .byNameItem(let name, _) in target.dependencies { fuzzed.insert(name) }
  }
  package.products = []
  package.targets.removeAll { !fuzzed.contains($0.name) }
  package.targets += [
    part(
      "Server", ["Bytes", "HTTP", "JSON"], path: "Sources/Server",
      ["Features/Customers/PageArguments.swift"]),
    part(
      "Exporter", ["Bytes", "Customers", "Digest", "JSON", "SQLite"], path: "Sources/Exporter",
      [
        "Output/CSVFormat.swift", "Output/CSVUnquoting.swift", "Output/Chunk.swift",
        "Output/Descriptor.swift", "Output/ExportState.swift", "Output/NDJSONFormat.swift",
        "Output/OutputError.swift", "Output/OutputFormat.swift", "Output/Tally.swift", "Page", "Plan",
        "Rows/ByteSource.swift", "Rows/RowID.swift", "Rows/RowReader.swift", "Rows/RowValues.swift",
      ]),
    part("RequestStreams", ["Bytes", "HTTP"], path: "Tests/HTTPTests", ["RequestStream.swift"]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Bytes", "Customers", "Intake", "JSON", "HTTP", "Server", "Exporter", "RequestStreams",
      ],
      path: "fuzz/Targets", swiftSettings: strict),
  ]
}
