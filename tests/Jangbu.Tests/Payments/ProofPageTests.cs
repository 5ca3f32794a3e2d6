using System.Net;
using System.Text;
using Jangbu.Payments;
using Jangbu.Payments.Proofs;

namespace Jangbu.Tests.Payments;

public sealed class ProofPageTests
{
    [Fact]
    public void Page_OfAPayment_HoldsTheFileAndLoadsNothing()
    {
        using Person a = Person.Real(0, "<b>아라"), b = Person.Real(2, "보라");
        a.Meet(b);
        b.Meet(a, autoAccept: "1000");
        MadeRecord made = a.Pay(b, "7", memo: "<script>alert(1)</script>");
        new Link(a, b).Run();
        byte[] file = a.Bookkeeper.ProvePayment(made.Hash, withBook: false).ToUtf8();
        Assert.True(ProofVerifier.TryVerify(file, out ProofStatement? statement, out _));
        string page = Encoding.UTF8.GetString(ProofPage.Write(file, statement));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.Contains("7 KRW", page, StringComparison.Ordinal);
        string inside = WebUtility.HtmlDecode(page.Split("<pre>")[1].Split("</pre>")[0]);
        Assert.True(ProofVerifier.TryVerify(Encoding.UTF8.GetBytes(inside), out _, out _));
    }
}
