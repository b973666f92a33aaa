#include "isolation/raw_side.hpp"

#include <utility>

#include "isolation/hand_written_side.hpp"
#include "raw_deployments.hpp"

namespace tenancy_bench {
namespace {

class Rows : public RawDeployments {
 public:
  using RawDeployments::RawDeployments;

  class Transaction {
   public:
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
      if (!committed_) {
        rows_->roll_back();
      }
    }
    void commit() {
      rows_->commit();
      committed_ = true;
    }

   protected:
    explicit Transaction(Rows& rows) : rows_{&rows} {}

   private:
    Rows* rows_;
    bool committed_ = false;
  };
  struct ReadTransaction : Transaction {
    explicit ReadTransaction(Rows& rows) : Transaction{rows} { rows.begin(); }
  };
  struct WriteTransaction : Transaction {
    explicit WriteTransaction(Rows& rows) : Transaction{rows} { rows.begin_write(); }
  };
};

}  // namespace

std::unique_ptr<Cases> make_raw_side(const DataSet& data, Workload workload) {
  return std::make_unique<HandWrittenSide<Rows>>(data, std::move(workload));
}

}  // namespace tenancy_bench
