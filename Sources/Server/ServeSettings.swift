import EventLoop
import Glibc
import HTTP
import Options
import Postgres
import Synchronization

/// What `serve` was told, checked.
struct ServeSettings: Sendable {
  var host: String
  var port: Int
  var loops: Int
  var database: ConnectionSettings
  /// Limits of a loop's connections to PostgreSQL; how many there are is said of those that read.
  var pool = PostgresPool.Limits()
  /// Connections of a loop that write.
  var writeConnections: Int
  var http = ServerSettings()
  /// Imports at once, all loops together.
  var imports: Int
  /// Bytes of a file to import.
  var importSize: Int
  var keys: KeyRing
  var opensMetrics: Bool
  var swaggerUI: SwaggerUI?
  /// Where registered users are imported from; nil where no SQL Server is named.
  var source: SourceSettings?
  var drainTime: UInt64
  var migrates: Bool
  var log: Log

  init(_ options: ParsedOptions, database: ConnectionSettings) throws(UsageError) {
    typealias Names = ServerOptions
    host = options[Names.host]
    port = options[Names.port]
    loops = options[Names.loops] ?? Loop.availableParallelism
    self.database = database
    pool.connections = options[Names.connections]
    writeConnections = options[Names.writeConnections]
    pool.statementTimeout = Int(options[Names.statementTimeout].milliseconds)
    pool.queuedQueries = options[Names.queue]
    pool.silence = options[Names.statementTimeout].milliseconds + 2000
    http.connections = max(1, options[Names.clients] / loops)
    http.unreadBytes = try Self.share(ofBudget: options[Names.unread], loops: loops)
    http.headTime = options[Names.headTime].milliseconds
    http.bodyTime = options[Names.bodyTime].milliseconds
    http.idleTime = options[Names.idleTime].milliseconds
    http.stallTime = options[Names.readerTime].milliseconds
    http.head.head = options[Names.headSize]
    http.head.requestLine = options[Names.headSize] / 2
    http.gzipFrom = options[Names.gzipFrom]
    imports = options[Names.imports]
    importSize = options[Names.importSize]
    opensMetrics = options[Names.metricsOpen]
    swaggerUI = SwaggerUI.found(options[Names.swaggerUI])
    if let folder = options[Names.swaggerUI], swaggerUI == nil {
      throw UsageError("--swagger-ui: \(folder) does not hold Swagger UI; scripts/swagger-ui fetches it")
    }
    source = try SourceSettings(options)
    migrates = options[Names.migrate]
    drainTime = options[Names.drain].milliseconds
    log = Log(format: options[Names.log], level: options[Names.logLevel])
    keys = KeyRing(list: options[Names.keys], file: options[Names.keysFile])
    do {
      try keys.load()
    } catch {
      throw UsageError("--api-keys-file: \(error)")
    }
    if keys.current.isEmpty {
      throw UsageError("no API key is configured; set ROSTER_API_KEYS or give --api-keys-file FILE")
    }
  }
}

extension ServeSettings {
  /// Bytes of a loop's share of the page budget below which a few ordinary pages use it up.
  static let leastBudgetShare = 64 << 10

  private static func share(ofBudget bytes: Int, loops: Int) throws(UsageError) -> Int {
    let share = bytes / loops
    guard share >= leastBudgetShare else {
      let least = (leastBudgetShare * loops + 1023) >> 10
      throw UsageError(
        "--page-budget: it is divided among \(loops) loops; give it at least \(least)KiB, or set fewer --loops"
      )
    }
    return share
  }

  /// Descriptors of a loop beside its clients': its listener, its own, and connections to PostgreSQL, of which an old
  /// and a new one may be open at once.
  private var ownDescriptors: Int { 16 + 2 * databaseConnections }
  /// Connections of a loop to PostgreSQL.
  var databaseConnections: Int { pool.connections + writeConnections + DatabaseLanes.slowConnections }
  /// For standard streams, signals, the thread pool's files.
  private static let sharedDescriptors = 32

  /// How many descriptors it takes to serve as many clients as are let in.
  var descriptors: Int { loops * (http.connections + ownDescriptors) + imports + Self.sharedDescriptors }

  /// Clients of a loop that so many descriptors are enough for.
  func clients(withDescriptors count: Int) -> Int {
    max(1, (count - imports - Self.sharedDescriptors) / loops - ownDescriptors)
  }
}

extension Duration {
  var milliseconds: UInt64 {
    UInt64(components.seconds) * 1000 + UInt64(components.attoseconds / 1_000_000_000_000_000)
  }
}

/// The keys in force, shared by all loops and replaced as a whole.
final class KeyRing: Sendable {
  private let list: String?
  private let file: String?
  private let keys = Mutex(APIKeys())
  /// Counts up behind each change of the keys.
  private let version = Atomic<Int>(0)

  init(list: String?, file: String?) {
    self.list = list
    self.file = file
  }

  var current: APIKeys { keys.withLock { $0 } }

  /// True if the request carries a key in force. One that the connection has shown before is known by itself: to
  /// digest it costs more than all else that a request needs.
  func open(_ request: Request) -> Bool {
    // Before the keys are read: what is kept is then at most too old.
    let version = version.load(ordering: .acquiring)
    if APIKeys.shownKeys(request, { request.acceptedKey.matches($0, version: version) }) { return true }
    let keys = current
    return APIKeys.shownKeys(request) { key in
      guard keys.holds(key) else { return false }
      request.acceptedKey.remember(key, version: version)
      return true
    }
  }

  /// Reads list and file anew; what was in force stays if that fails.
  func load() throws {
    var fresh = APIKeys()
    if let list { fresh.add(list: list) }
    if let file {
      do {
        try fresh.add(
          file: String(decoding: try FileContents.read(file, mebibytes: 1), as: UTF8.self))
      } catch {
        throw KeysProblem(description: "\(file): \(error)")
      }
    }
    // An empty file is one that somebody is about to write, not a wish to lock everybody out.
    if let file, fresh.isEmpty { throw KeysProblem(description: "\(file): there is no key in it") }
    keys.withLock { [fresh] in $0 = fresh }
    version.add(1, ordering: .releasing)
  }
}

struct KeysProblem: Error, CustomStringConvertible {
  let description: String
}
