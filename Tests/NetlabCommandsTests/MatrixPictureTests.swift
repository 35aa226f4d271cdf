import LabFile
import Reachability
import Testing

@testable import Checks
@testable import NetlabCommands

@Suite("A matrix that packets contradict")
struct MatrixPictureTests {
    private static let lab = """
        lab: pair
        vpc: { cidr: 10.0.0.0/16, zones: [a] }
        internet-gateway: igw
        subnets:
          public-a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
        security-groups:
          web: { ingress: [{ tcp: 80-81, from: 0.0.0.0/0 }] }
        instances:
          web: { subnet: public-a, address: 10.0.0.20, elastic-ip: 203.0.113.20, security-groups: [web] }
        internet:
          user: { address: 198.51.100.70 }
        """

    private func picture(_ disagreements: [MatrixVerification.Disagreement]) throws -> MatrixPicture {
        let lab = try #require(LabFile.read(Self.lab, file: "pair.yaml").lab)
        let matrix = ReachabilityMatrix(ReachabilityIndex(lab), ports: [.tcp(79), .tcp(80), .tcp(81)])
        return MatrixPicture(matrix, title: "pair", disagreements: disagreements, isVerified: true)
    }

    private func wrong(_ port: UInt16, _ predicted: Bool, to: String = "web") -> MatrixVerification.Disagreement {
        .init(from: "user", to: to, port: .tcp(port), predicted: predicted, seen: predicted ? "nothing" : "an answer")
    }

    @Test("the mark stands before the port that is wrong, also before one that should not reach") func marks() throws {
        let late = try picture([wrong(81, true)])
        #expect(try late.rendered(as: .text).contains(" 80 !81"))
        #expect(try late.rendered(as: .html).contains("<td class=\"wrong\">80 !81</td>"))
        #expect(try picture([wrong(79, false)]).rendered(as: .text).contains(" !79 80 81"))
    }

    @Test("CSV says what packets contradict, balancers' own connections too") func csv() throws {
        let lines = try picture([wrong(81, true), wrong(80, true), wrong(8080, true, to: "10.0.1.10")])
            .rendered(as: .csv).split(separator: "\n").map(String.init)
        #expect(lines.first == "from,to,79,80,81,disagree")
        #expect(lines.contains("user,web,0,1,1,81 80"))
        #expect(lines.contains("web,user,1,1,1,"))
        #expect(lines.last == "user,10.0.1.10,,,,8080")
    }

    @Test("a port that is named twice is asked once") func ports() throws {
        #expect(try MatrixPort.list("22,22,22/tcp,22/udp") == [.tcp(22), .udp(22)])
    }
}
