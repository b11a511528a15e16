using Swarm.Control;

namespace Swarm.Core.Tests.Control;

public sealed class ImageReferenceTests
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("host")]
    [InlineData("web:1")]
    [InlineData("nginx:latest")]
    [InlineData("library/nginx")]
    [InlineData("localhost/web")]
    [InlineData("registry.example.com:5000/team/web_app.v2/x--y:Tag_1.0-rc")]
    [InlineData("UPPER.example/web")]
    [InlineData("[2001:db8::1]:5000/web")]
    [InlineData("web@sha256:" + Digest)]
    [InlineData("web:1@sha256:" + Digest)]
    [InlineData("a__b")]
    [InlineData("a---b")]
    public void Valid_references_are_accepted(string text) => Assert.True(ImageReference.IsValid(text));

    [Theory]
    [InlineData("UPPER/Case:1")]
    [InlineData("Web")]
    [InlineData("web:")]
    [InlineData("web:-1")]
    [InlineData(":1")]
    [InlineData("/web")]
    [InlineData("web/")]
    [InlineData("a//b")]
    [InlineData("a___b")]
    [InlineData("-a")]
    [InlineData("a..b")]
    [InlineData("web 1")]
    [InlineData("web\n")]
    [InlineData("https://example.com/web")]
    [InlineData("web@sha256:abc")]
    [InlineData("web@md5:" + Digest)]
    [InlineData("web@sha256:" + Digest + "0")]
    [InlineData(Digest)]
    [InlineData("web:a23456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void Other_text_is_refused(string text) => Assert.False(ImageReference.IsValid(text));

    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        Assert.True(ImageReference.IsValid(new string('a', 255) + ":1"));
        Assert.False(ImageReference.IsValid(new string('a', 256)));
    }

    [Fact]
    public void Long_nonsense_is_refused_quickly() =>
        Assert.False(ImageReference.IsValid(string.Concat(Enumerable.Repeat("a-", 100_000)) + "!"));
}
