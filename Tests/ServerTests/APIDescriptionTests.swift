import Digest
import EventLoop
import HTTP
import Options
import TestSupport
import Testing

@testable import Server

/// What is served is documented, and what is documented is served: both come from one table.
@Suite struct APIDescriptionTests {
  /// The routes of a server that is set up but does not run.
  private func withRoutes(_ body: ([Route]) throws -> Void) throws {
    let options = try ServerOptions.program.parse(["postgresql://nowhere/none", "serve", "--api-keys", "k"])
    let settings = try ServeSettings(
      options, database: .resolve(argument: "postgresql://nowhere/none", environment: { _ in nil }))
    let worker = try Worker(
      settings, index: 0, metrics: ServerMetrics(), memory: SharedMemory(files: FileImportGate(limit: 1)),
      customerImport: CustomerImport(nil, settings.database, observe: { _ in }), observe: { _ in })
    defer { worker.end() }
    try body(worker.routes)
  }

  @Test func everyRouteIsDocumented() throws {
    try withRoutes { routes in
      #expect(routes.filter { $0.operation == nil }.map(\.path) == [])
      let ids = routes.compactMap(\.operation?.id)
      #expect(Set(ids).count == ids.count)
    }
  }

  @Test func parametersOfThePathAreThoseOfTheRoute() throws {
    try withRoutes { routes in
      for route in routes {
        let inBraces = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
          String($0.dropFirst().dropLast())
        }
        let documented = route.operation?.parameters.filter { $0.place == .path }.map(\.name)
        #expect(documented == inBraces, "\(route.path)")
      }
    }
  }

  @Test func whoTakesABodySaysSo() throws {
    try withRoutes { routes in
      for route in routes {
        // The two arguments of a page may stand in a body as well, which the text alone says: the checker of the
        // document cannot know that both places must not contradict each other.
        let isInTextAlone = route.path == "/customers"
        let documented = route.operation?.body != nil
        #expect(documented == (route.bodyLimit > 0) || isInTextAlone, "\(route.method) \(route.path)")
      }
    }
  }
}
