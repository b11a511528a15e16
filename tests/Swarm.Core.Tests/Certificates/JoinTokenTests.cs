using Swarm.Certificates;

namespace Swarm.Core.Tests.Certificates;

public sealed class JoinTokenTests
{
    private const string Root = "-----BEGIN CERTIFICATE-----\nnot looked into\n-----END CERTIFICATE-----\n";

    [Fact]
    public void A_token_has_the_digest_of_the_root_in_50_digits_and_a_secret_in_25()
    {
        var text = JoinToken.Create(Root, bytes => bytes.Clear()).ToString();

        Assert.Matches("^SWMTKN-1-[0-9a-z]{50}-0{25}$", text);
    }

    [Fact]
    public void The_largest_secret_and_digest_fit()
    {
        var token = JoinToken.Create(Root, bytes => bytes.Fill(0xFF)) with { RootDigest = new string('f', 64) };

        Assert.Equal("SWMTKN-1-6dp5qcb22im238nr3wvp0ic7q99w035jmy2iw7i6n43d37jtof-f5lxx1zz5pnorynqglhzmsp33", token.ToString());
    }

    [Fact]
    public void A_token_that_was_written_can_be_read()
    {
        var token = JoinToken.Create(Root, new Random(1).NextBytes);

        Assert.Equal(token, JoinToken.Parse(token.ToString()));
        Assert.Equal(JoinToken.DigestOf(Root), token.RootDigest);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void A_token_of_version_2_can_be_read(string fips)
    {
        var token = JoinToken.Create(Root, new Random(1).NextBytes);

        Assert.Equal(token, JoinToken.Parse(token.ToString().Replace("SWMTKN-1-", $"SWMTKN-2-{fips}-")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SWMTKN")]
    [InlineData("SWMTKN-1-abc-def")]
    [InlineData("SWMTKN-3-00000000000000000000000000000000000000000000000001-0000000000000000000000001")]
    [InlineData("SWMTKN-2-7-00000000000000000000000000000000000000000000000001-0000000000000000000000001")]
    [InlineData("SWMTKN-1-0000000000000000000000000000000000000000000000000!-0000000000000000000000001")]
    [InlineData("SWMTKN-1-zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-0000000000000000000000001")]
    [InlineData("SWMTKN-1-00000000000000000000000000000000000000000000000001-000000000000000000000000")]
    [InlineData("swmtkn-1-00000000000000000000000000000000000000000000000001-0000000000000000000000001")]
    public void Other_text_is_refused(string text)
    {
        var refusal = Assert.Throws<SwarmException>(() => JoinToken.Parse(text));

        Assert.Equal("invalid join token", refusal.Message);
        Assert.Equal(SwarmErrorCode.InvalidArgument, refusal.Code);
    }

    [Fact]
    public void An_unlock_key_is_43_characters_after_its_prefix_and_can_be_read_again()
    {
        var key = UnlockKey.Create(new Random(2).NextBytes);
        var text = UnlockKey.Format(key);

        Assert.Matches("^SWMKEY-1-[A-Za-z0-9+/]{43}$", text);
        Assert.Equal(key, UnlockKey.Parse(text));
        Assert.Equal("", UnlockKey.Format(default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SWMKEY-1-")]
    [InlineData("SWMKEY-1-AAAA")]
    [InlineData("SWMKEY-2-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("SWMKEY-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Text_that_is_no_unlock_key_is_refused(string text) =>
        Assert.Equal("invalid key string", Assert.Throws<SwarmException>(() => UnlockKey.Parse(text)).Message);
}
