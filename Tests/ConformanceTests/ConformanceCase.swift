import Foundation
import Testing

/// One question of the outside suite with its answer, as `expected-cases.json` holds it.
struct ConformanceCase: Decodable, Sendable, CustomTestStringConvertible {
    let id: String
    let snapshot: String
    /// Where the packet begins: an instance, a subnet, a VPC, or `internet`.
    let ingress: String
    let sourceAddress: String
    let destinationAddress: String
    /// `tcp`, `udp`, `icmp`, `proto0` (none was set), `proto107`, `any`.
    let transport: String
    let destinationPort: Int?
    let sourcePort: Int?
    /// `ACCEPTED`; alternatives `A or B`; the answer's after `, reply `.
    let expect: String
    let path: [String]?
    let reversePath: [String]?
    /// Translations in words: `src A -> B -> C`, `dst A:80 -> B:22`.
    let nat: String?
    let why: String
    /// Ours: the suite itself gives none.
    let code: String?

    enum CodingKeys: String, CodingKey {
        case id, snapshot, ingress, expect, path, nat, why
        case sourceAddress = "src_ip"
        case destinationAddress = "dst_ip"
        case transport = "proto"
        case destinationPort = "dst_port"
        case sourcePort = "src_port"
        case reversePath = "reverse_path"
        case code = "suggested_ra_code"
    }

    var testDescription: String { "\(id) \(snapshot): \(why)" }
}

/// The suite, where it lies: beside the package, or where `NETLAB_CONFORMANCE` says. It is never copied here.
enum ConformanceSuite {
    static let folder: String =
        ProcessInfo.processInfo.environment["NETLAB_CONFORMANCE"]
        ?? "\(package)/../shared/conformance/batfish"

    private static let package = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

    private struct File: Decodable { let cases: [ConformanceCase] }

    /// Empty where there is no suite on this machine.
    static let cases: [ConformanceCase] = {
        guard let data = FileManager.default.contents(atPath: "\(folder)/expected-cases.json") else { return [] }
        return (try? JSONDecoder().decode(File.self, from: data))?.cases ?? []
    }()
}
