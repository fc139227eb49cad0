RSpec.describe "roster" do
  it "is written one day"
end
