import EventLoop
import Foundation
import Postgres
import Schema
import TestSupport
import Testing

/// docs/objects.md against the migrated database.
@Suite struct DataDictionaryTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/objects.md")

  @Test func thePageIsWhatTheDatabaseSays() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings).prepare()
        let made = try await database.session(loop) { try await DataDictionary($0).markdown }
        let kept = try String(contentsOf: Self.page, encoding: .utf8)
        #expect(made + "\n" == kept, "scripts/objects makes docs/objects.md anew")
      }
    }
  }

  /// Whoever adds a table or a column says what it is.
  @Test func nothingIsWithoutADescription() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings).prepare()
        let silent = try await database.session(loop) { session in
          try await session.query(
            """
            SELECT string_agg(relname || '.' || attname, ', ')
            FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'schema_migrations'
              AND attnum > 0 AND NOT attisdropped
              AND (col_description(attrelid, attnum) IS NULL OR obj_description(attrelid, 'pg_class') IS NULL)
            """
          ).text(0, 0)
        }
        #expect(silent == nil, "give them a COMMENT in the migration that makes them")
      }
    }
  }
}
